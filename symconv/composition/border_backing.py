"""What stands behind a verdict on the border: theorems about all weights and inputs, or how it was decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from sympy import And, Basic, Eq, Or, Symbol

from symconv.backing.claim import Claim, Part
from symconv.backing.proving import stands_behind
from symconv.composition.border_words import decided
from symconv.composition.claims import in_a_row, sayable
from symconv.composition.equations import everywhere, inside
from symconv.composition.judge import axis_sizes, goes_around, is_pointwise
from symconv.composition.kernel import Kernel
from symconv.composition.opened import CIRCULAR, ZEROS
from symconv.composition.sized import Sized, is_padded
from symconv.composition.symbolic import is_sharp
from symconv.composition.verdict import BORDER
from symconv.layers.base import Layer
from symconv.statements import Proposition
from symconv.statements.writing import text

if TYPE_CHECKING:
    from symconv.composition.verdict import CompositionVerdict

NECESSITY, TESTED = "necessary for generic weights", "tested"
#: The most cases of a condition that are proved.
MOST_CASES = 8


def border_parts(verdict: CompositionVerdict) -> tuple[Part, ...]:
    """What stands behind the verdict on the border: of a longer row, behind each of its steps."""
    if verdict.steps:
        return tuple(
            replace(part, says=in_a_row(part.says, place))
            for place, step in enumerate(verdict.steps, start=2)
            for part in step.border
        )
    if all(isinstance(layer, Layer) for layer in verdict.layers):
        return tuple(_by_condition(verdict))
    theorem = _for_all_weights(verdict)
    return (theorem if theorem is not None else Part(BORDER, word=decided(verdict)),)


# ---------------------------------------------------------------------- sizes in symbols
def _by_condition(verdict: CompositionVerdict) -> Iterator[Part]:
    first, second, one = map(Sized.of, (*verdict.layers, verdict.kernel))
    layers = (first, second, sayable(first, second, one)[0])
    if not any(map(is_padded, second.axes)):
        yield stands_behind(Claim(BORDER, inside(*layers)))
        return
    cases = minimal_cases(verdict.exact) or ((),)
    if len(cases) > MOST_CASES:
        yield Part(BORDER)
        return
    found = {case: stands_behind(Claim(BORDER, _in_case(layers, case))) for case in cases}
    if all(part.theorem is None for part in found.values()):
        yield found[cases[0]]
        return
    for case, part in found.items():
        yield part if part.theorem is not None else replace(part, says=f"{BORDER} if {_text(case)}")
    if not isinstance(verdict.exact, bool) and is_sharp((*first.axes, *second.axes)):
        yield Part(NECESSITY, word=TESTED)


def _text(case: Sequence[Basic]) -> str:
    return " and ".join(" = ".join(map(text, c.args)) if isinstance(c, Eq) else text(c) for c in case)


def minimal_cases(condition: bool | Basic) -> tuple[tuple[Basic, ...], ...]:
    """The conjunctions of which a condition made of "and" and "or" is the disjunction, none of them implied by another.

    >>> from symconv.statements import size
    >>> p, q = (size(name) > 5 for name in "pq")
    >>> minimal_cases(And(Or(p, q), q)), minimal_cases(True)
    (((q > 5,),), ((),))
    """
    if isinstance(condition, bool):
        return ((),) if condition else ()
    choices = {frozenset(choice) for choice in product(*map(Or.make_args, And.make_args(condition)))}
    least = [choice for choice in choices if not any(other < choice for other in choices)]
    return tuple(sorted((tuple(sorted(choice, key=str)) for choice in least), key=str))


def _in_case(layers: Sequence[Sized], case: Sequence[Basic]) -> Proposition | None:
    """Sizes that a case makes 0 are put in, so that an axis without padding is seen to be one."""
    zeros = {c.lhs: c.rhs for c in case if isinstance(c, Eq) and isinstance(c.lhs, Symbol) and c.rhs == 0}
    first, second, one = (layer.put(zeros) for layer in layers)
    return everywhere(first, second, one, [c.xreplace(zeros) for c in case])


# ---------------------------------------------------------------------- kernels
def _for_all_weights(verdict: CompositionVerdict) -> Part | None:
    """The theorem that such layers are one, whatever their weights."""
    if verdict.exact is not True or any(layer.transposed for layer in verdict.layers):
        return None
    layers = [Sized.of(layer) for layer in (*verdict.layers, verdict.kernel)]
    stated = next((state for holds, state in _FOR_ALL_WEIGHTS if holds(*verdict.layers, *layers[:2])), None)
    found = None if stated is None else stands_behind(Claim(BORDER, stated(*layers)))
    return None if found is None or found.theorem is None else found


def _is_valid(_: Kernel, __: Kernel, ___: Sized, second: Sized) -> bool:
    return not any(map(is_padded, second.axes))


def _writes_all(_: Kernel, __: Kernel, first: Sized, second: Sized) -> bool:
    """For every size of the input the first layer writes all cells that see it, where the second layer looks."""
    if first.bias or {first.mode, second.mode} != {ZEROS}:
        return False
    for a, b in zip(first.axes, second.axes, strict=True):
        span = a.dilation * (a.kernel - 1)
        if (b.before != 0 and a.before + a.stride <= span) or (b.after != 0 and a.after < span):
            return False
    return True


def _circles(first: Kernel, second: Kernel, _: Sized, __: Sized) -> bool:
    axes = axis_sizes(first, second, (1,) * first.dims)
    return second.padding_mode == CIRCULAR and any(rule(first, second, axes) for rule in (goes_around, is_pointwise))


#: When two kernels are one for all weights, and the proposition that says so.
_FOR_ALL_WEIGHTS: tuple[
    tuple[Callable[[Kernel, Kernel, Sized, Sized], bool], Callable[[Sized, Sized, Sized], Proposition | None]], ...
] = ((_is_valid, inside), (_writes_all, everywhere), (_circles, everywhere))
