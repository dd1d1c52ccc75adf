"""Two layers in a row of which at least one is transposed: one layer again, and the truth about its borders.

By phases (see ``phases``) the composite is a convolution, a transposed convolution, or a pixel shuffle after a strided
convolution, whichever its factor and stride allow; its entries are right wherever the second layer stays inside what
the first one writes.
"""

from __future__ import annotations

from typing import Any, cast

from symconv.composition.judge import Judgement
from symconv.composition.operands import dense_operand
from symconv.composition.phase_borders import (
    Doubts,
    adds_wrongly,
    reads_wrongly,
    suspects,
    wrong_positions,
)
from symconv.composition.phase_readings import readings_of_all_sizes
from symconv.composition.phase_steps import phase_derivation
from symconv.composition.phased_composite import Layer, axis_pairs, numeric, phased_composite
from symconv.composition.phased_product import bias_shares
from symconv.composition.product import METHODS
from symconv.composition.verdict import CompositionVerdict
from symconv.errors import ArgumentError, ShapeError, sentence

EXACT = "exact: where the second layer leaves the middle, neither the input nor the first bias has a share"
UNDECIDED = "not decided for every size: too many kinds of positions at the border; pass input_size"
WRONG = "they are not one {form}: "
WRONG_WEIGHTS = "the composite reads what the first layer would have written outside the middle"
WRONG_BIAS = "a part of the first bias is missing"
WRONG_PERIOD = "the first bias arrives unevenly, while the composite has a single bias"
#: So many kinds of positions are decided without an input size.
_MOST_KINDS = 4096


def explain_transposed(
    first: Layer, second: Layer, size: tuple[int, ...] | None, method: str = "auto"
) -> CompositionVerdict:
    """The composite of two layers, at least one of them transposed or shuffled, and the verdict on its border.

    ``verdict.kernel`` is

    - a ``Kernel`` of stride s2/s1 for a convolution (s2) after a transposed one (s1) where s1 divides s2,
    - a transposed ``Kernel`` of stride s1/s2 where s2 divides s1; of s1*s2 for two transposed ones; of s2 for a
      transposed one after a convolution of stride 1,
    - a ``Kernel`` of stride s1 for a transposed one of stride 1 after a convolution,
    - a ``ShuffledKernel`` otherwise, and in general where one of the two is shuffled.

    The layers chain.  With ``size`` each position is decided exactly for the given weights; without it, every kind of
    position that any size has, or ``exact`` is False where those are too many.  Weights are multiplied tap by tap:
    integers exactly, floats in their own type.  A first bias is exact where it arrives alike at all positions: after a
    transposed second layer with fewer taps a phase in some phases, or at a border, it does not.

    Raises ``ArgumentError`` for padding that repeats the input and for method "toom-cook", ``ShapeError`` where nothing
    comes out, ``IntegerOverflow`` where an integer type does not hold an entry.
    """
    _check_method(method)
    kernel, one_bias = phased_composite(first, second)
    arrays = numeric(first, second)
    operands = dense_operand(first, arrays), dense_operand(second, arrays)
    doubts = Doubts(arrays, *operands, axis_pairs(*operands), one_bias)
    judgement = _for_every_size(doubts, kernel) if size is None else _for_size(doubts, kernel, size)
    return CompositionVerdict(
        exact=judgement.exact,
        kernel=cast(Any, kernel),
        reason=judgement.reason,
        frame=judgement.frame,
        derivation=phase_derivation((first, second), kernel, doubts.pairs),
        layers=cast(Any, (first, second)),
        input_size=size,
        weights_wrong=judgement.weights_wrong,
        bias_wrong=judgement.bias_wrong,
    )


def _check_method(method: str) -> None:
    if method not in METHODS:
        raise ArgumentError(sentence(f"method={method!r}", "is not known", f"choose one of {', '.join(METHODS)}"))
    if method == "toom-cook":
        raise ArgumentError(sentence("method='toom-cook'", "is for two plain convolutions", "pass method='auto'"))


def _for_size(doubts: Doubts, kernel: Layer, size: tuple[int, ...]) -> Judgement:
    for pair, n in zip(doubts.pairs, size, strict=True):
        if pair.first.size(n) < 1 or pair.size(n) < 1:
            middle, end = max(pair.first.size(n), 0), max(pair.size(n), 0)
            raise ShapeError(
                sentence(
                    f"input_size={size}",
                    f"leaves {middle} cells in the middle and {end} at the end of an axis",
                    "enlarge the input, or crop less",
                )
            )
    wrong = wrong_positions(doubts, size)
    frame = wrong.weights | wrong.bias
    if not frame.any():
        return Judgement(True, EXACT, frame)
    weights, bias = bool(wrong.weights.any()), bool(wrong.bias.any())
    where = f" at {int(frame.sum())} of {frame.size} positions"
    return Judgement(False, _wrong(doubts, kernel, weights, bias) + where, frame, weights, bias)


def _for_every_size(doubts: Doubts, kernel: Layer) -> Judgement:
    looked = suspects(doubts, [readings_of_all_sizes(pair) for pair in doubts.pairs])
    shares = bias_shares(doubts.arrays, doubts.first, doubts.second)
    if len(looked) > _MOST_KINDS:
        return Judgement(False, UNDECIDED, None, True, bool(shares))
    weights = bias = False
    for choice in looked:
        weights = weights or reads_wrongly(doubts, choice)
        bias = bias or adds_wrongly(doubts, choice, shares)
        if weights and (bias or not shares):
            break
    if weights or bias:
        return Judgement(False, _wrong(doubts, kernel, weights, bias) + " for some sizes", None, weights, bias)
    return Judgement(True, EXACT)


def _wrong(doubts: Doubts, kernel: Layer, weights: bool, bias: bool) -> str:
    form = "shuffled convolution" if not hasattr(kernel, "groups") else "convolution"
    form = "transposed convolution" if doubts.one_bias else form
    why = {WRONG_WEIGHTS: weights, WRONG_PERIOD if doubts.one_bias else WRONG_BIAS: bias}
    return WRONG.format(form=form) + " and ".join(text for text, holds in why.items() if holds)
