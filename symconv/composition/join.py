"""The composite of two convolutions, read off the join of their statements: put in, then forget the middle box.

    Y[o, z] = b2[o] + SUM_m SUM_u W2[o, m, u] * V[m, s2*z + d2*u - p2] * [inside the middle]
    V[m, y] = b1[m] + SUM_i SUM_a W1[m, i, a] * X[i, s1*y + d1*a - p1] * [inside the input]

Groups are block-diagonal kernels and play no part along the axes, so that the join is stated for one group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import Expr, expand

from symconv.definitions import Axis, Channels, Definition, convolution
from symconv.derivation.rules import DEFINITION, Rule
from symconv.derivation.steps import Step
from symconv.statements import Access, Equal, Names, Range, Statement, Term, affine, size

PUT_IN = Rule("put in", "the first layer's statement stands for the second layer's input, inside the middle box")
FORGET_THE_MIDDLE = Rule(
    "forget the middle box", "where every tap of the second layer lies inside the middle, its bracket is 1"
)
READ_STRIDE = Rule("read the stride", "the coefficient of the output position")
READ_PADDING = Rule("read the padding", "the constant, negated")
READ_TAPS = Rule("read the taps", "a pair of taps (u, a) reads the cell s1*d2*u + d1*a further on")
COLLECT = Rule("collect", "pairs of taps on one cell add up to one entry of the composite kernel")
COLLECT_BIAS = Rule("collect the bias", "the terms without the input")


@dataclass(frozen=True)
class JoinedAxis:
    """How the composite reads one axis: cell = stride*z + outer_step*u + inner_step*a - padding.

    outer_step, inner_step   how far one step of the second, and of the first, kernel's tap moves on the input
    before, after            the composite's padding
    """

    label: str
    stride: Expr
    outer_step: Expr
    inner_step: Expr
    before: Expr
    after: Expr


@dataclass(frozen=True)
class Join:
    """Two joined layers: the axes of the composite, and the steps that lead to them."""

    axes: tuple[JoinedAxis, ...]
    steps: tuple[Step, ...]


@lru_cache(maxsize=512)
def join(first: tuple[Axis, ...], second: tuple[Axis, ...], *, biases: tuple[bool, bool] = (True, True)) -> Join:
    """Join a convolution along the axes ``first`` with one along ``second`` that reads its output.

    The sizes of ``second`` are ignored: they are the output sizes of the first.
    """
    inner = _layer(first, "V", "X", "1", biases[0])
    outer = _layer(_on_output_of(inner, second), "Y", "V", "2", biases[1])
    whole = put_in(outer.statement, "V", inner.statement)
    steps = [Step(inner.statement, DEFINITION), Step(outer.statement, DEFINITION), Step(whole, PUT_IN)]
    axes = []
    for window, inside, axis1, axis2 in zip(outer.windows, inner.windows, first, second, strict=True):
        cell = expand(inside.cell.xreplace({inside.position: window.cell}))
        coefficients, constant = affine(cell, (window.position, window.tap, inside.tap))
        stride = coefficients[window.position]
        after = expand(axis1.after + axis1.stride * axis2.after)
        axes.append(
            JoinedAxis(axis1.label, stride, coefficients[window.tap], coefficients[inside.tap], -constant, after)
        )
        label = axis1.label
        steps += [
            Step(cell, FORGET_THE_MIDDLE, name=f"cell ({label})"),
            Step(stride, READ_STRIDE, name=f"stride ({label})"),
            Step(-constant, READ_PADDING, name=f"padding before ({label})"),
            Step(expand(cell - stride * window.position - constant), READ_TAPS, name=f"tap ({label})"),
        ]
    steps += [Step(_kernel_statement(whole, axes), COLLECT), *_bias_steps(whole)]
    return Join(tuple(axes), tuple(steps))


def _layer(axes: Sequence[Axis], output: str, source: str, number: str, bias: bool) -> Definition:
    """One layer with tensors and indices of its own names."""
    spelled = {"n": "n", "o": {"1": "m", "2": "o"}[number], "i": {"1": "i", "2": "m"}[number]}
    for axis in axes:
        spelled[f"y_{axis.label}"] = f"{'y' if number == '1' else 'z'}_{axis.label}"
        spelled[f"u_{axis.label}"] = f"{'a' if number == '1' else 'u'}_{axis.label}"
        spelled[f"{axis.label.upper()}_out"] = f"{axis.label.upper()}_{'mid' if number == '1' else 'out'}"
    middle, ends = size("C_mid"), (size("C_in"), size("C_out"))
    channels = Channels(size("N"), ends[0] if number == "1" else middle, middle if number == "1" else ends[1])
    names = Names(spelled=spelled)
    definition = convolution(channels, axes, bias=bias, names=names)
    tensors = {"Y": output, "X": source, "W": f"W{number}", "b": f"b{number}"}
    return replace(definition, statement=rename_tensors(definition.statement, tensors))


def _on_output_of(inner: Definition, second: Sequence[Axis]) -> tuple[Axis, ...]:
    return tuple(replace(axis, size=window.out) for axis, window in zip(second, inner.windows, strict=True))


def rename_tensors(statement: Statement, names: dict[str, str]) -> Statement:
    """The same statement about tensors of other names."""

    def renamed(access: Access) -> Access:
        return replace(access, tensor=names.get(access.tensor, access.tensor))

    return replace(
        statement,
        target=renamed(statement.target),
        terms=tuple(replace(t, factors=tuple(map(renamed, t.factors))) for t in statement.terms),
        shapes=tuple((names.get(tensor, tensor), extents) for tensor, extents in statement.shapes),
    )


def put_in(outer: Statement, tensor: str, inner: Statement) -> Statement:
    """The outer statement with each access to ``tensor`` replaced by what the inner one defines it to be.

    The inner target's indices are single free indices, and the bound indices of the two differ.
    """
    terms: list[Term] = []
    for term in outer.terms:
        place = next((j for j, f in enumerate(term.factors) if f.tensor == tensor), None)
        if place is None:
            terms.append(term)
            continue
        values = dict(zip(inner.target.at, term.factors[place].at, strict=True))
        rest = (*term.factors[:place], *term.factors[place + 1 :])
        for part in inner.terms:
            read = part.map(lambda e, v=values: expand(e.xreplace(v)))  # type: ignore[misc]
            terms.append(
                Term(
                    (*term.ranges, *part.ranges),
                    (*term.brackets, *read.brackets),
                    (*rest, *read.factors),
                    term.coefficient * read.coefficient,
                )
            )
    shapes = {**dict(outer.shapes), **dict(inner.shapes)}
    del shapes[tensor]
    return replace(outer, terms=tuple(terms), shapes=tuple(shapes.items()), facts=(*outer.facts, *inner.facts))


def _kernel_statement(whole: Statement, axes: Sequence[JoinedAxis]) -> Statement:
    """K[o, i, t] = SUM_m SUM_u SUM_a W2[o, m, u] * W1[m, i, a] * [t = outer_step*u + inner_step*a]."""
    term = next(t for t in whole.terms if {"W1", "W2"} <= {f.tensor for f in t.factors})
    kernels = {f.tensor: f for f in term.factors}
    o, i = kernels["W2"].at[0], kernels["W1"].at[1]
    taps = [Names().index(f"t_{axis.label}") for axis in axes]
    extents = {r.index: r.extent for r in (*whole.ranges, *term.ranges)}
    reads = [
        (axis.outer_step, u, axis.inner_step, a)
        for axis, u, a in zip(axes, kernels["W2"].at[2:], kernels["W1"].at[2:], strict=True)
    ]
    equations = tuple(Equal(s * u + d * a, t) for (s, u, d, a), t in zip(reads, taps, strict=True))
    sizes = tuple(expand(s * (extents[u] - 1) + d * (extents[a] - 1) + 1) for s, u, d, a in reads)
    return Statement(
        Access("K", (o, i, *taps)),
        (Range(o, extents[o]), Range(i, extents[i]), *map(Range, taps, sizes)),
        (Term(tuple(r for r in term.ranges if r.index != i), equations, (kernels["W2"], kernels["W1"])),),
        (("K", (extents[o], extents[i], *sizes)), ("W2", whole.shape("W2")), ("W1", whole.shape("W1"))),
    )


def _bias_steps(whole: Statement) -> list[Step]:
    """b[o] = b2[o] + SUM_m SUM_u W2[o, m, u] * b1[m], where there is a bias at all."""
    terms = tuple(replace(t, brackets=()) for t in whole.terms if "X" not in {f.tensor for f in t.factors})
    if not terms:
        return []
    o = whole.target.at[1]
    extent = next(r.extent for r in whole.ranges if r.index == o)
    tensors = {f.tensor for t in terms for f in t.factors}
    shapes = (("b", (extent,)), *(s for s in whole.shapes if s[0] in tensors))
    return [Step(Statement(Access("b", (o,)), (Range(o, extent),), terms, shapes), COLLECT_BIAS)]
