"""What is claimed of windows: how many positions there are, and which cells one position reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sympy import Basic, Expr, Ge, S, Tuple

from symconv.backing.claim import Claim
from symconv.backing.lines import Lines
from symconv.definitions import Definition, Window
from symconv.derivation import rules
from symconv.statements import (
    Bracket,
    Equal,
    Expression,
    Names,
    NonNegative,
    Proposition,
    Range,
    Term,
    Within,
    affine,
    symbols_of,
)

if TYPE_CHECKING:
    from symconv.derivation.extents import Extent
    from symconv.render import Derivation


def size_claims(derivation: Derivation, *, definition: Definition, extents: tuple[Extent, ...]) -> Iterator[Claim]:
    """That the output has as many positions along each axis as its line says, or its extent where it has no line."""
    lines = Lines(derivation)
    written = lines.under(rules.CELLS_WRITTEN)
    for place, (window, extent) in enumerate(zip(definition.windows, extents, strict=True)):
        value, room = lines.sizes.get(window.out, extent.value), Ge(extent.condition, 0)
        if definition.kind == "scatters":
            yield from _scatters(window, value, room, written[place] if written else None)
        else:
            yield from (_fits if definition.kind == "fits" else _begins)(window, value, room)


def _fits(window: Window, value: Expr, room: Basic) -> Iterator[Claim]:
    """Positions whose taps all lie in [-before, size + after): the last tap decides, and as many fit as is said."""
    axis, name = window.axis, str(window.out)
    last = NonNegative(axis.size + axis.after - 1 - _cell(window, window.position, axis.kernel - 1))
    lies = Within(window.cell + axis.before, axis.size + axis.before + axis.after)
    tap = Range(window.tap, axis.kernel)
    yield Claim(f"{name} last tap", Proposition.of(_holds(last, lies), _holds(last), (tap,)))
    yield Claim(name, _counted(window, (last,), value, room))


def _begins(window: Window, value: Expr, room: Basic) -> Iterator[Claim]:
    """``ceil_mode``: windows that begin on the input, and whose predecessor does not reach the end."""
    axis = window.axis
    needed = NonNegative(axis.size + axis.after - 2 - _cell(window, window.position - 1, axis.kernel - 1))
    begins = NonNegative(axis.size - axis.behind - 1 - _cell(window, window.position, S.Zero))
    yield Claim(str(window.out), _counted(window, (needed, begins), value, room))


def _counted(window: Window, brackets: tuple[Bracket, ...], value: Expr, room: Basic) -> Proposition:
    """Of all positions below any bound that is large enough, ``value`` fulfil the brackets."""
    axis = window.axis
    length = axis.size + axis.before + axis.after
    names = Names(s.name for s in {*symbols_of([value, length, room, window.cell]), window.position})
    bound = names.size("M")
    positions = Expression((Term((Range(window.position, bound),), brackets, ()),))
    return Proposition.of(positions, value, (), (room, Ge(bound, length)))


def _scatters(window: Window, value: Expr, room: Basic, written: Basic | None) -> Iterator[Claim]:
    """All taps land on the cells from the first on that are ``written``, the last one on the last; the crop leaves
    the others."""
    axis, name = window.axis, str(window.out)
    first, last = _cell(window, S.Zero, S.Zero), _cell(window, axis.size - 1, axis.kernel - 1)
    cells = last - first + 1 if written is None else written
    ranges = (Range(window.position, axis.size), Range(window.tap, axis.kernel))
    yield Claim(f"{name} cells written", Proposition.of(_holds(Within(window.cell - first, cells)), S.One, ranges))
    yield Claim(f"{name} last cell", Proposition.of(_holds(Equal(last - first, cells - 1)), S.One))
    canvas = cells + axis.extra
    cell = Range(Names(s.name for s in symbols_of([value, canvas])).index("y"), canvas)
    kept = Within(cell.index - axis.before, canvas - axis.before - axis.after)
    yield Claim(name, Proposition.of(Expression((Term((cell,), (kept,), ()),)), value, (), (room,)))


def field_claims(derivation: Derivation, *, definition: Definition) -> Iterator[Claim]:
    """That one position reads the cells of its field: every tap lies in it, and the first and the last cell are hit."""
    fields = derivation.result.args
    for window, field in zip(definition.windows, fields, strict=True):
        label = window.axis.label
        if not isinstance(field, Tuple) or len(field) != 3:
            yield Claim(f"field {label}")
        elif definition.kind == "scatters":
            yield from _scattered_field(window, *field.args)
        else:
            yield from _gathered_field(window, *field.args)


def _gathered_field(window: Window, size: Expr, jump: Expr, start: Expr) -> Iterator[Claim]:
    tap, label = Range(window.tap, window.axis.kernel), window.axis.label
    free = (Range(window.position, window.out),)
    begin = start + jump * window.position
    lies = _holds(Within(window.cell - begin, size))
    yield Claim(f"taps {label}", Proposition.of(lies, S.One, (*free, tap)))
    for end, cell in (("first cell", begin), ("last cell", begin + size - 1)):
        hits = Expression((Term((tap,), (Equal(window.cell, cell),), ()),))
        yield Claim(f"{end} {label}", Proposition.of(hits, S.One, free))


def _scattered_field(window: Window, size: Expr, jump: Expr, start: Expr) -> Iterator[Claim]:
    """Cells x with 0 <= y - S*x + P <= D*(K - 1): at most ``size`` of them, the first for y = 0 is ``start``."""
    label = window.axis.label
    step = affine(window.cell, (window.position, window.tap))[0][window.position]
    yield Claim(f"jump {label}", Proposition.of(jump * step, S.One))
    span = _cell(window, S.Zero, window.axis.kernel - 1) - _cell(window, S.Zero, S.Zero)
    cells = Range(Names(s.name for s in symbols_of([span, step, size])).index("x"), span + 1)
    reached = Expression((Term((cells,), (NonNegative(span - step * cells.index),), ()),))
    yield Claim(f"size {label}", Proposition.of(reached, size))
    last_tap = _cell(window, start, window.axis.kernel - 1)
    reach = _holds(NonNegative(last_tap), NonNegative(step - 1 - last_tap))
    yield Claim(f"start {label}", Proposition.of(reach, S.One))


def _cell(window: Window, position: Expr, tap: Expr) -> Expr:
    return window.cell.xreplace({window.position: position, window.tap: tap})


def _holds(*brackets: Bracket) -> Expression:
    """1 where all the brackets hold, else 0."""
    return Expression((Term((), brackets, ()),))
