"""Two convolutions in a row, as a claims file names them, and what has to be proved for them to be one.

That is: the second statement with the first put in equals a convolution with the composite kernel put in, and both have
outputs of one size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from sympy import Basic, Expr, Integer, S, Symbol, sympify

from symconv.claims.context import Context
from symconv.claims.subject import Subject, subject_of
from symconv.claims.views import Demand, function_of, side
from symconv.composition.join import COLLECT, COLLECT_BIAS, PUT_IN, Join, join, rename_tensors
from symconv.definitions import Axis, Channels, Definition, convolution
from symconv.derivation.extents import output_extents
from symconv.derivation.normal import same_formula
from symconv.derivation.rules import Rule
from symconv.layers import Application, Conv1d, Conv2d, Conv3d
from symconv.numerics.formulas import evaluate
from symconv.statements import Names, Statement, check_roles, size
from symconv.statements.writing import text


@dataclass(frozen=True)
class Pair:
    """The layer applied first, and the one that reads its output.

    Both are convolutions whose padding, if any, is zeros, and whose groups are 1.
    """

    first: Subject
    second: Subject

    @property
    def applications(self) -> tuple[Application, Application]:
        """Both layers on their inputs."""
        return self.first.application, self.second.application  # type: ignore[return-value]

    @property
    def conditions(self) -> tuple[Basic, ...]:
        """Where both layers have an output, and the claim is meant."""
        return tuple(dict.fromkeys((*self.first.conditions, *self.second.conditions)))

    @property
    def subject(self) -> Subject:
        """What formulas about both may use."""
        return replace(
            self.first,
            symbols={**self.second.symbols, **self.first.symbols},
            sizes={**self.second.sizes, **self.first.sizes},
            conditions=self.conditions,
        )

    @cached_property
    def joined(self) -> Join:
        """The join, in letters of its own: a size that the claim calls N is not the join's batch."""
        axes1, axes2 = (tuple(map(self._lettered, axes_of(a))) for a in self.applications)
        biases = ["b" in a.statement().reads for a in self.applications]
        return join(axes1, axes2, biases=(biases[0], biases[1]))

    @cached_property
    def _letters(self) -> Mapping[Symbol, Symbol]:
        return {s: Symbol(f"${s.name}", **s.assumptions0) for s in self.subject.sizes.values()}

    def _lettered(self, axis: Axis) -> Axis:
        values = {f.name: getattr(axis, f.name) for f in fields(axis)}
        return Axis(**{n: v.xreplace(dict(self._letters)) if isinstance(v, Expr) else v for n, v in values.items()})

    def in_sizes(self, expression: Expr) -> Expr:
        """An expression of the join in the claim's own sizes."""
        return expression.xreplace({letter: s for s, letter in self._letters.items()})

    @property
    def _statements(self) -> list[Statement]:
        """The statements of the join, and of the one convolution."""
        found = [step.expression for step in self.joined.steps if isinstance(step.expression, Statement)]
        return [*found, self.composite.statement]

    def statement(self, rule: Rule) -> Statement | None:
        """The last statement that the join found by a rule."""
        found = [s.expression for s in self.joined.steps if s.rule == rule and isinstance(s.expression, Statement)]
        return found[-1] if found else None

    @property
    def whole(self) -> Statement:
        """The second statement with the first put in, in the join's letters."""
        return self.statement(PUT_IN)  # type: ignore[return-value]

    @property
    def kernel(self) -> Statement:
        """The composite kernel's entries, in the join's letters."""
        return self.statement(COLLECT)  # type: ignore[return-value]

    @property
    def kernel_size(self) -> tuple[Expr, ...]:
        """The composite kernel's spatial extents in the claim's own sizes."""
        return tuple(map(self.in_sizes, self.kernel.shape("K")[2:]))

    def demands(self, says: str) -> tuple[Demand, ...]:
        """What has to be proved for the two to be one convolution, for any channels and batch."""
        kernel, bias = self._in_names(self.kernel), self.statement(COLLECT_BIAS)
        functions = {"K": function_of(kernel, {})}
        if bias is not None:
            functions["b"] = function_of(self._in_names(bias), {})
        one, two = self._in_names(self.composite.statement), self._in_names(self.whole)
        sizes = zip(self.applications[1].actual.extents, self.output_size, strict=True)
        return (
            Demand(side(two, {}), side(one, functions), says, one.ranges),
            *(
                Demand(self._named(extent.value), self._named(found), "the outputs have one size")
                for extent, found in sizes
                if extent.value != found
            ),
        )

    @property
    def named_conditions(self) -> tuple[Basic, ...]:
        """The conditions in the names of ``demands``."""
        return tuple(condition.xreplace(dict(self._names)) for condition in self.conditions)

    @cached_property
    def _names(self) -> Mapping[Symbol, Symbol]:
        """Each size by its own name, or another where the join has a size or an index of that name."""
        taken = Names({s.name for st in self._statements for s in (*st.parameters, *st.indices())})
        return {s: _renamed(s, taken.fresh(s.name)) for s in self._letters}

    def _named(self, expression: Expr) -> Expr:
        """An expression in letters, or in the claim's own sizes, in the names of ``demands``."""
        named: Expr = self.in_sizes(expression).xreplace(dict(self._names))
        return named

    def _in_names(self, statement: Statement) -> Statement:
        """A statement of the join in these names, with what its middle and its output measure."""
        middle = {
            size(f"{window.axis.label.upper()}_mid"): self._named(extent.value)
            for window, extent in zip(
                self.applications[0].actual.definition.windows, self.applications[0].actual.extents, strict=True
            )
        }
        ends = zip(self.composite.windows, map(self._named, self.output_size), strict=True)
        outputs = {window.out: value for window, value in ends}
        letters = {letter: self._names[s] for s, letter in self._letters.items()}
        return statement.substitute({**letters, **middle, **outputs})

    @property
    def output_size(self) -> tuple[Expr, ...]:
        """The spatial sizes of the one convolution's output, in the claim's own sizes."""
        return tuple(self.in_sizes(extent.value) for extent in output_extents(self.composite))

    @cached_property
    def composite(self) -> Definition:
        """The one convolution in the join's letters: its arguments as the join reads them off, its weight named K."""
        inputs = map(self._lettered, axes_of(self.applications[0]))
        axes = [
            Axis(axis.label, given.size, k, stride=axis.stride, before=axis.before, after=axis.after)
            for axis, given, k in zip(self.joined.axes, inputs, self.kernel.shape("K")[2:], strict=True)
        ]
        spelled = {f"{old}_{a.label}": f"{new}_{a.label}" for a in axes for old, new in (("y", "z"), ("u", "t"))}
        channels = Channels(size("N"), size("C_in"), size("C_out"))
        bias = self.statement(COLLECT_BIAS) is not None
        found = convolution(channels, axes, bias=bias, names=Names(spelled=spelled))
        return replace(found, statement=rename_tensors(found.statement, {"W": "K"}))

    def composite_at(self, point: Mapping[str, int]) -> Statement:
        """The one convolution at those sizes."""
        first, second = self.applications
        values = {
            size("N"): 1,
            size("C_in"): first.shape[1],
            size("C_out"): second.output_shape()[1],
            **{letter: s for s, letter in self._letters.items()},
            **{w.out: e for w, e in zip(self.composite.windows, self.output_size, strict=True)},
        }
        numbers = {name: Integer(evaluate(sympify(value), point)) for name, value in values.items()}
        return self.composite.statement.substitute(numbers)


def axes_of(application: Application) -> tuple[Axis, ...]:
    """The axes of a layer's definition."""
    return tuple(window.axis for window in application.actual.definition.windows)


def _renamed(symbol: Symbol, name: str) -> Symbol:
    return symbol if symbol.name == name else Symbol(name, **symbol.assumptions0)


def read_pair(context: Context) -> Pair:
    """The layers that the check names; raises ``ClaimError`` where they are no two convolutions in a row."""
    names = context.check.data.get("layers")
    if not isinstance(names, list) or len(names) != 2:
        raise context.error("layers", "are no two layers", "write layers = ['first', 'second']")
    first, second = (subject_of(context.claims, context.claim, name, context.choices) for name in names)
    pair = Pair(first, second)
    for complaint, way_out in _complaints(pair):
        raise context.error("layers", complaint, way_out)
    check_roles(*first.sizes.values(), *second.sizes.values(), *pair.conditions)
    return pair


def _complaints(pair: Pair) -> Iterator[tuple[str, str]]:
    layers: list[Any] = [pair.first.layer, pair.second.layer]
    if not all(isinstance(layer, (Conv1d, Conv2d, Conv3d)) for layer in layers):
        yield "are not both convolutions", "use Conv1d, Conv2d or Conv3d"
        return
    if any(layer.groups != 1 for layer in layers):
        yield "have groups", "leave groups out"
    if any(layer.padding_mode != "zeros" for layer in layers):
        yield "do not pad with zeros", "leave padding_mode out"
    written, read = pair.applications[0].output_shape(), pair.applications[1].shape
    alike = len(written) == len(read) and all(same_formula(a - b, S.Zero) for a, b in zip(written, read, strict=True))
    if not alike:
        yield (
            "are not in a row: the second does not read what the first writes",
            f"write input = {_shape_text(written)}",
        )


def _shape_text(shape: Sequence[Any]) -> str:
    """A shape as a claims file writes it."""
    return f"[{', '.join(str(e) if isinstance(e, int) else repr(text(e)) for e in shape)}]"
