"""Output extents by counting positions, and the receptive field, both read off a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sympy import And, Expr, Ge, Le, Min, S, ceiling, count_ops, expand, floor, true

from symconv.definitions import Definition, Window
from symconv.derivation import rules
from symconv.derivation.steps import Step
from symconv.statements import affine


@dataclass(frozen=True)
class Extent:
    """The extent of one output axis, how it was derived, what it needs, and what it implies.

    derive      makes the steps, which are read only where the derivation is shown
    condition   must be >= 0 for the layer to have an output at all
    fact        an expression in the window's ``out`` that is >= 0, for later derivations; ``None`` where there is none
    """

    value: Expr
    derive: Callable[[], tuple[Step, ...]]
    condition: Expr
    fact: Expr | None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """How the value was derived."""
        return self.derive()


def output_extents(definition: Definition) -> tuple[Extent, ...]:
    """One extent a spatial axis of the definition."""
    rule = {"fits": _windows_that_fit, "begins": _windows_that_begin, "scatters": _cells_written}[definition.kind]
    return tuple(rule(window) for window in definition.windows)


def _corner(window: Window, position: Expr, tap: Expr) -> Expr:
    """The cell at one position and tap; D*(K - 1) is left as it stands, for people to read."""
    return window.cell.xreplace({window.position: position, window.tap: tap})


def _shorter(e: Expr) -> Expr:
    """The expression or its expansion, whichever has fewer operations: D*(K - 1) stays, what cancels goes."""
    return min(e, expand(e), key=count_ops)


def _windows_that_fit(window: Window) -> Extent:
    """Positions y >= 0 whose taps all lie in [-before, size + after)."""
    axis, y = window.axis, window.position
    coefficients, _ = affine(window.cell, (window.position, window.tap))
    step, last_tap, last_cell = coefficients[y], axis.kernel - 1, axis.size + axis.after - 1
    room = last_cell - _corner(window, S.Zero, last_tap)
    value = _shorter(floor(room / step) + 1)

    def steps() -> tuple[Step, ...]:
        fits = Le(-axis.before, window.cell, evaluate=False), Le(window.cell, last_cell, evaluate=False)
        return (
            Step(And(*fits, evaluate=False), rules.TAPS_FIT),
            Step(Le(_corner(window, y, last_tap), last_cell, evaluate=False), rules.LAST_TAP),
            Step(Le(step * y, room, evaluate=False), rules.ISOLATE),
            Step(value, rules.COUNT_POSITIONS, Ge(room, 0), window.out),
        )

    return Extent(value, steps, _shorter(room), expand(last_cell - _corner(window, window.out - 1, last_tap)))


def _windows_that_begin(window: Window) -> Extent:
    """``ceil_mode``: windows whose predecessor ends before the padded input does, and that begin on the input."""
    axis, y = window.axis, window.position
    coefficients, _ = affine(window.cell, (window.position, window.tap))
    step = coefficients[y]
    room = axis.size + axis.after - 1 - _corner(window, S.Zero, axis.kernel - 1)
    needed = room + step - 1
    last_begin = axis.size - axis.behind - 1
    begins = last_begin - _corner(window, S.Zero, S.Zero)
    value = Min(_shorter(floor(needed / step)), _shorter(floor(begins / step))) + 1
    previous_end = _corner(window, y - 1, axis.kernel - 1)

    def steps() -> tuple[Step, ...]:
        both = Le(step * y, needed, evaluate=False), Le(step * y, begins, evaluate=False)
        return (
            Step(Le(previous_end, axis.size + axis.after - 2, evaluate=False), rules.WINDOW_NEEDED),
            Step(Le(_corner(window, y, S.Zero), last_begin, evaluate=False), rules.WINDOW_BEGINS),
            Step(And(*both, evaluate=False), rules.ISOLATE),
            Step(value, rules.COUNT_POSITIONS, Ge(room, 0), window.out),
        )

    return Extent(value, steps, room, None)


def _cells_written(window: Window) -> Extent:
    """From the first cell written to the last one, less the crop, plus output_padding."""
    axis = window.axis
    first, last = _corner(window, S.Zero, S.Zero), _corner(window, axis.size - 1, axis.kernel - 1)
    full = _shorter(last - first + 1)
    value = _shorter(full - axis.before - axis.after + axis.extra)

    def steps() -> tuple[Step, ...]:
        return Step(full, rules.CELLS_WRITTEN), Step(value, rules.CROP, Ge(value, 1), window.out)

    return Extent(value, steps, value - 1, expand(window.out + axis.after - 1 - last))


def receptive_field(definition: Definition) -> tuple[tuple[Expr, Expr, Expr], ...]:
    """(size, jump, start) of each axis, in input cells.

    Output y reads the cells start + jump*y, ..., start + jump*y + size - 1 (some of them skipped under dilation).
    A transposed layer's jump is the fraction 1/stride; its size is the most cells that one output can lie over.
    """
    read = _scattered_field if definition.kind == "scatters" else _gathered_field
    return tuple(read(window) for window in definition.windows)


def _gathered_field(window: Window) -> tuple[Expr, Expr, Expr]:
    coefficients, start = affine(window.cell, (window.position, window.tap))
    return coefficients[window.tap] * (window.axis.kernel - 1) + 1, coefficients[window.position], start


def _scattered_field(window: Window) -> tuple[Expr, Expr, Expr]:
    coefficients, start = affine(window.cell, (window.position, window.tap))
    step, span = coefficients[window.position], coefficients[window.tap] * (window.axis.kernel - 1)
    return floor(span / step) + 1, S.One / step, ceiling((-start - span) / step)


def field_steps(definition: Definition) -> tuple[Step, ...]:
    """The window of each axis, as the step that the receptive field is read off."""
    rule = rules.SOLVE_WINDOW if definition.kind == "scatters" else rules.AFFINE_WINDOW
    return tuple(Step(window.cell, rule, true, f"cell ({window.axis.label})") for window in definition.windows)
