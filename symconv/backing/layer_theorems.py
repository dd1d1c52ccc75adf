"""Theorems about layers for Coq, stated with the layers' own definitions: each one statement, exported as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Integer, S, Symbol

from symconv.layers import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, Linear
from symconv.prover.coq.definitions import CoqDefinition
from symconv.prover.coq.outlining import Call
from symconv.statements import Access, Expression, Proposition, Range, Term, index, symbol
from symconv.statements.binding import put_in
from symconv.statements.definitions import NamedTensor
from symconv.statements.outline import Outline

#: By rank: the layer, its transposed layer, and the labels of its axes.
_RANKS = {
    1: (Conv1d, ConvTranspose1d, "l"),
    2: (Conv2d, ConvTranspose2d, "hw"),
    3: (Conv3d, ConvTranspose3d, "dhw"),
}
_SIZES = {"l": "L", "d": "D", "h": "H", "w": "W"}


@dataclass(frozen=True)
class LayerTheorem:
    """A theorem about layers.

    outline       the proposition, and what its tensors stand for
    calls         which of these are layers, with their tensors
    definitions   of the layers
    """

    name: str
    says: str
    outline: Outline
    calls: Mapping[str, Call]
    definitions: tuple[CoqDefinition, ...]


class _Page:
    """Layers that a theorem speaks of, each called with its tensors, and other tensors that are defined."""

    def __init__(self) -> None:
        self._tensors: dict[str, NamedTensor] = {}
        self._calls: dict[str, Call] = {}
        self._definitions: dict[str, CoqDefinition] = {}

    def layer(self, definition: CoqDefinition, tensors: Mapping[str, str]) -> str:
        """The name under which entries of the layer with these tensors are read."""
        name = f"layer{len(self._calls)}"
        self._tensors[name] = definition.given(tensors)
        given = tuple(tensors.get(t, t) for t in definition.tensors)
        self._calls[name] = Call(definition.name, given)
        self._definitions[definition.name] = definition
        return name

    def tensor(self, name: str, parameters: Sequence[Symbol], value: Expression) -> None:
        """A tensor that is defined at any integers."""
        free = {p: Symbol(p.name, integer=True) for p in parameters}
        terms = tuple(put_in(term, free) for term in value.terms)
        self._tensors[name] = NamedTensor(tuple(free.values()), terms)

    def theorem(self, name: str, says: str, proposition: Proposition) -> LayerTheorem:
        """What is claimed of them."""
        outline = Outline(proposition, tuple(self._tensors.items()))
        return LayerTheorem(name, says, outline, self._calls, tuple(self._definitions.values()))


def layer_theorems() -> Iterator[LayerTheorem]:
    """The theorems, by rank.

    >>> [theorem.name for theorem in layer_theorems()][:3]
    ['conv1d_composition', 'conv1d_gradient_of_the_input', 'conv1d_adjoint']
    """
    for rank in _RANKS:
        yield _composition(rank)
        yield _gradient(rank)
        yield _adjoint(rank)
        yield _balance(rank)
    yield _linear()


def _convolution(rank: int) -> CoqDefinition:
    kind = _RANKS[rank][0]
    return CoqDefinition.of(kind.__name__, kind.symbolic(groups=1, bias=False).definition)


def _composition(rank: int) -> LayerTheorem:
    """Two layers, the second without padding, are the layer that ``explain_composition`` finds, at all inner places."""
    from symconv.composition import explain_composition

    kind, _, labels = _RANKS[rank]
    first = kind(
        "C_in",
        "C_mid",
        _named("k1", labels),
        stride=_named("s1", labels),
        padding=_named("p1", labels),
        bias=False,
    )
    second = kind("C_mid", "C_out", _named("k2", labels), stride=_named("s2", labels), bias=False)
    verdict = explain_composition(first, second)
    kernel = next(s.expression for s in verdict.derivation.steps if s.rule.name == "collect")
    middle, inputs = _named_sizes("mid", labels), _named_sizes("in", labels)
    page, definition = _Page(), _convolution(rank)
    n, m, o, y = index("n"), index("m"), index("o"), [index(f"y_{a}") for a in labels]
    inner = page.layer(definition, {"W": "W1"})
    page.tensor("V", (n, m, *y), definition.entry(inner, _layer_sizes(first, inputs, labels), (n, m, *y)))
    page.tensor("K", tuple(kernel.target.at), Expression(kernel.terms))
    outer = page.layer(definition, {"W": "W2", "X": "V"})
    whole = page.layer(definition, {"W": "K"})
    extents = second.output_shape((symbol("N"), second.in_channels, *middle))
    ranges = [Range(i, e) for i, e in zip((n, o, *y), extents, strict=True)]
    left = definition.entry(outer, _layer_sizes(second, middle, labels), (n, o, *y))
    right = definition.entry(whole, _layer_sizes(verdict.kernel, inputs, labels), (n, o, *y))
    return page.theorem(
        f"{kind.__name__.lower()}_composition",
        f"Two {kind.__name__} in a row, the second without padding, are one {kind.__name__} with the full kernel.",
        Proposition.of(left, right, ranges),
    )


def _gradient(rank: int) -> LayerTheorem:
    """The gradient of a layer's input, found by differentiation, is a transposed layer."""
    kind, transposed_kind, labels = _RANKS[rank]
    statement = kind.symbolic(groups=1, bias=False).backward_definitions["input"]
    gradient = CoqDefinition.of(f"{kind.__name__}_backward_input", statement)
    page, transposed = _Page(), _transposed(rank)
    left, right = page.layer(gradient, {}), page.layer(transposed, {"X": "dY"})
    sizes = {name: symbol(name, zero_allowed=name.startswith("P_")) for name in gradient.sizes}
    at = tuple(r.index for r in statement.ranges)
    return page.theorem(
        f"{kind.__name__.lower()}_gradient_of_the_input",
        f"The gradient of the input of {kind.__name__} is a {transposed_kind.__name__} of the gradient of the output.",
        Proposition.of(
            gradient.entry(left, sizes, at),
            transposed.entry(right, _of_outputs(transposed, sizes, labels), at),
            statement.ranges,
        ),
    )


def _transposed(rank: int) -> CoqDefinition:
    kind = _RANKS[rank][1]
    return CoqDefinition.of(kind.__name__, kind.symbolic(groups=1, bias=False).definition)


def _of_outputs(transposed: CoqDefinition, sizes: Mapping[str, Expr], labels: str) -> dict[str, Expr]:
    """The sizes of a transposed layer that takes what the layer gives."""
    swapped = {"C_in": "C_out", **{f"{_SIZES[a]}_in": f"{_SIZES[a]}_out" for a in labels}}
    return {name: sizes[swapped.get(name, name)] for name in transposed.sizes}


def _adjoint(rank: int) -> LayerTheorem:
    """SUM dY*Conv(X) = SUM ConvTranspose(dY)*X."""
    kind, transposed_kind, labels = _RANKS[rank]
    page, definition, transposed = _Page(), _convolution(rank), _transposed(rank)
    forward, back = page.layer(definition, {}), page.layer(transposed, {"X": "dY"})
    sizes = {name: symbol(name, zero_allowed=name.startswith("P_")) for name in definition.sizes}
    outputs, inputs = _named_sizes("out", labels), _named_sizes("in", labels)
    sizes |= {"C_out": symbol("C_out"), **{f"{_SIZES[a]}_out": e for a, e in zip(labels, outputs, strict=True)}}
    n, o, i = index("n"), index("o"), index("i")
    y, x = ([index(f"{stem}_{a}") for a in labels] for stem in "yx")
    left = _total(
        [(o, symbol("C_out")), *zip(y, outputs, strict=True)],
        _entry("dY", (n, o, *y)) * definition.entry(forward, sizes, (n, o, *y)),
    )
    swapped = _of_outputs(transposed, sizes, labels)
    right = _total(
        [(i, symbol("C_in")), *zip(x, inputs, strict=True)],
        transposed.entry(back, swapped, (n, i, *x)) * _entry("X", (n, i, *x)),
    )
    return page.theorem(
        f"{kind.__name__.lower()}_adjoint",
        f"{transposed_kind.__name__} is the adjoint of {kind.__name__}: their inner products with any arrays agree.",
        Proposition.of(left, right, [Range(n, symbol("N"))]),
    )


def _balance(rank: int) -> LayerTheorem:
    """SUM W*dW = SUM dY*Conv(X), where dW is the gradient of the weight."""
    kind, _, labels = _RANKS[rank]
    statement = kind.symbolic(groups=1, bias=False).backward_definitions["weight"]
    gradient = CoqDefinition.of(f"{kind.__name__}_backward_weight", statement)
    page, definition = _Page(), _convolution(rank)
    back, forward = page.layer(gradient, {}), page.layer(definition, {})
    names = {*gradient.sizes, *definition.sizes, "C_out"}
    sizes = {name: symbol(name, zero_allowed=name.startswith("P_")) for name in names}
    at = tuple(r.index for r in statement.ranges)
    left = _total([(r.index, r.extent) for r in statement.ranges], _entry("W", at) * gradient.entry(back, sizes, at))
    n, o, y = index("n"), index("o"), [index(f"y_{a}") for a in labels]
    right = _total(
        [(n, symbol("N")), (o, symbol("C_out")), *zip(y, _named_sizes("out", labels), strict=True)],
        _entry("dY", (n, o, *y)) * definition.entry(forward, sizes, (n, o, *y)),
    )
    return page.theorem(
        f"{kind.__name__.lower()}_balance",
        f"The weight of {kind.__name__} times its gradient is the output times the gradient of the output, in all.",
        Proposition.of(left, right),
    )


def _linear() -> LayerTheorem:
    """A Linear layer is a Conv1d with one tap, at an input of one place."""
    page = _Page()
    linear = CoqDefinition.of("Linear", Linear("in_features", "out_features").definition)
    convolution = CoqDefinition.of("Conv1d_with_bias", Conv1d.symbolic(groups=1).definition)
    n, o, i, u = index("n"), index("o"), index("i"), index("u")
    page.tensor("V", (o, i, u), _entry("W", (o, i)))
    page.tensor("Z", (n, i, u), _entry("X", (n, i)))
    left = page.layer(linear, {})
    right = page.layer(convolution, {"W": "V", "X": "Z"})
    features = {"in_features": symbol("in_features")}
    sizes = {**dict.fromkeys(convolution.sizes, S.One), "P_l": S.Zero, "C_in": features["in_features"]}
    ranges = [Range(n, symbol("N")), Range(o, symbol("out_features"))]
    return page.theorem(
        "linear_is_conv1d",
        "A Linear layer is a Conv1d with one tap, on an input of one place.",
        Proposition.of(
            linear.entry(left, features, (n, o)), convolution.entry(right, sizes, (n, o, Integer(0))), ranges
        ),
    )


def _named(stem: str, labels: str) -> tuple[str, ...]:
    return tuple(f"{stem}_{a}" for a in labels)


def _named_sizes(where: str, labels: str) -> list[Expr]:
    return [symbol(f"{_SIZES[a]}_{where}") for a in labels]


def _layer_sizes(layer: Any, inputs: Sequence[Expr], labels: str) -> dict[str, Expr]:
    """The sizes of a layer's definition, by their standard names."""
    found: dict[str, Expr] = {"C_in": layer.in_channels, "C_out": layer.out_channels}
    before = [sides[0] for sides in layer.sides]
    for place, a in enumerate(labels):
        found |= {
            f"K_{a}": layer.kernel_size[place],
            f"S_{a}": layer.stride[place],
            f"D_{a}": layer.dilation[place],
            f"P_{a}": before[place],
            f"{_SIZES[a]}_in": inputs[place],
        }
    return found


def _entry(tensor: str, at: Sequence[Expr]) -> Expression:
    return Expression((Term((), (), (Access(tensor, tuple(at)),)),))


def _total(ranges: Sequence[tuple[Symbol, Expr]], body: Expression) -> Expression:
    around = tuple(Range(i, n) for i, n in ranges)
    return Expression(tuple(Term(around + t.ranges, t.brackets, t.factors, t.coefficient) for t in body.terms))
