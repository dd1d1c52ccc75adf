"""The rules that derivations use, as data: a short name and what each says.  A step cites one of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A named rule; ``says`` is the sentence that a reader needs to check a step that uses it."""

    name: str
    says: str

    def __str__(self) -> str:
        return self.name


DEFINITION = Rule("definition", "the layer's statement in index notation")
PADDING_IS_DATA = Rule(
    "padding is data", "nominal count: the zeros of the padding are cells of the input like any other"
)
BEFORE_CROP = Rule("before the crop", "nominal count: a transposed convolution is counted on all cells that it writes")
ON_THE_INPUT = Rule("taps on the input", "padding-aware count: a tap on zero padding is not computed")
TAPS_FIT = Rule("taps fit", "an output position exists where every tap lies inside the padded input")
LAST_TAP = Rule("last tap decides", "the cell grows with the tap, so the last tap decides")
ISOLATE = Rule("isolate the position", "bring all that does not depend on the position to one side")
COUNT_POSITIONS = Rule("count positions", "the integers y >= 0 with S*y <= B, B >= 0, are floor(B/S) + 1")
WINDOW_NEEDED = Rule(
    "window needed", "ceil_mode: a window exists while the one before it does not reach the end of the padded input"
)
WINDOW_BEGINS = Rule("window begins inside", "ceil_mode: a window begins on the input or the padding before it")
CELLS_WRITTEN = Rule("cells written", "from the first cell written to the last: last - first + 1")
CROP = Rule("crop", "drop the padding on both sides, append output_padding")
AFFINE_WINDOW = Rule("read off the window", "in S*y + D*u - P the taps span D*(K-1) + 1 cells, S apart, from -P on")
SOLVE_WINDOW = Rule(
    "solve the window", "S*x + D*u - P = y: the cells x that reach y lie between (y + P - D*(K-1))/S and (y + P)/S"
)
PRODUCT_RULE = Rule("differentiate", "dL/dT[a] = SUM dL/dY * dY/dT[a]; dT[e]/dT[a] is the bracket [e = a]")
ONE_POINT = Rule("one point", "SUM_{v<n} [v = e] f(v) = [0 <= e < n] f(e)")
ALL_TUPLES = Rule("count tuples", "independent indices: the product of their extents")
TAPS_IN_RANGE = Rule(
    "taps in range", "all taps, less those below the first cell, less those above the last (the lower loss, reflected)"
)
EXCESS = Rule("excess", "how far the last tap reaches beyond the last cell")
CELLS_TOUCHED = Rule(
    "cells touched",
    "taps on one cell form a chain with step (D/g, -S/g), g = gcd(S, D): as many cells as taps that begin a chain",
)
COMMON_STEP = Rule("common step", "g = gcd(stride, dilation): S*y + D*u repeats along (y, u) + (D/g, -S/g)")
CHAIN_FOLLOWS = Rule("chain follows", "positions, and taps, that leave room for one more step along a chain")
POSITIONS_ALIVE = Rule("positions with a tap", "all positions, less those that lie below or above entirely")
CLOSED_FORM = Rule("closed form", "the sum over taps in closed form")
MULTIPLICATIONS = Rule("multiplications", "a product of f factors costs f - 1; a scale costs 1 a result")
ADDITIONS = Rule("additions", "a sum of m terms costs max(m - 1, 0): all terms, less the sums that have one")
PRODUCTS = Rule("products accumulated", "products of two tensors that are added up")
FLOPS = Rule("flops", "multiplications + additions")
TOTAL = Rule("total", "add up the parts")
SGD_STEP = Rule("SGD step", "T' = T - eta*dT: one multiplication and one addition a parameter")
SIZE_OF_TENSOR = Rule("size of a tensor", "the product of its extents")
STILL_NEEDED = Rule("still needed", "the activations that the backward statements read")
BYTES = Rule("bytes", "elements times the size of one element")
NAMED_SIZE = Rule("output size", "how many output positions there are; its steps are those of output_shape")
RESULT = Rule("result", "what was asked for")
