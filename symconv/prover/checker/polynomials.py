"""Integer polynomials for the checker, with limits on what it computes: standard library only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

# Limits: no input, however hostile, keeps the checker busy for long; honest ones stay far below.
MOST_BYTES = 8 * 2**20  # of a file
MOST_NESTING = 16
MOST_DIGITS = 60  # of an integer that is read
INTEGER_LIMIT = 10**MOST_DIGITS
MOST_ITEMS = 20_000  # of a list: steps, terms, monomials
MOST_PARTS = 200  # ranges, quotients, brackets or factors of a term
MOST_DEGREE = 40
MOST_BITS = 1024  # of a coefficient that is computed
MOST_WORK = 2_000_000  # monomials computed in a check


class Rejected(Exception):  # noqa: N818
    """The certificate does not prove the statement, or one of them is malformed; the message says why."""


def require(condition: bool, why: str) -> None:
    """Reject unless the condition holds."""
    if not condition:
        raise Rejected(why)


class Work:
    """What a check may still do, in monomials computed."""

    def __init__(self) -> None:
        self.left = MOST_WORK

    def spend(self, amount: int) -> None:
        """Pay for work; raises `Rejected` where nothing is left."""
        self.left -= amount
        if self.left < 0:
            raise Rejected(f"The check takes more than {MOST_WORK} operations.")


class Polynomial:
    """An integer polynomial, as {sorted names with repetition: coefficient that is not 0}."""

    __slots__ = ("monomials", "work")

    def __init__(self, monomials: dict[tuple[str, ...], int], work: Work) -> None:
        work.spend(len(monomials) + 1)
        degree, bits = max(map(len, monomials), default=0), max(map(int.bit_length, monomials.values()), default=0)
        if degree > MOST_DEGREE:
            raise Rejected(f"A polynomial has a degree above {MOST_DEGREE}.")
        if bits > MOST_BITS:
            raise Rejected(f"A polynomial has an integer of over {MOST_BITS} bits.")
        self.monomials, self.work = monomials, work

    def _lift(self, other: Polynomial | int) -> Polynomial:
        if isinstance(other, Polynomial):
            return other
        return Polynomial({(): other} if other else {}, self.work)

    def __add__(self, other: Polynomial | int) -> Polynomial:
        return Polynomial(_collect(chain(self.monomials.items(), self._lift(other).monomials.items())), self.work)

    def __neg__(self) -> Polynomial:
        return Polynomial({names: -c for names, c in self.monomials.items()}, self.work)

    def __sub__(self, other: Polynomial | int) -> Polynomial:
        return self + -other

    def __mul__(self, other: Polynomial | int) -> Polynomial:
        left, right = self.monomials.items(), self._lift(other).monomials.items()
        self.work.spend(len(left) * len(right))
        return Polynomial(_collect((tuple(sorted(m + n)), c * d) for m, c in left for n, d in right), self.work)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.monomials == other.monomials

    def __hash__(self) -> int:
        return hash(frozenset(self.monomials.items()))

    def __str__(self) -> str:
        text = ""
        for names, c in sorted(self.monomials.items(), key=lambda monomial: (-len(monomial[0]), monomial[0])):
            powers = [x if count == 1 else f"{x}^{count}" for x, count in Counter(names).items()]
            number = [] if names and abs(c) == 1 else [str(abs(c))]
            text += (" - " if c < 0 else " + ") + "*".join(number + powers)
        return "-" + text[3:] if text.startswith(" - ") else text[3:] or "0"

    def names(self) -> set[str]:
        """The names that occur."""
        self.work.spend(len(self.monomials))
        return set(chain.from_iterable(self.monomials))

    def put(self, values: Mapping[str, Polynomial]) -> Polynomial:
        """Put polynomials for names, all at once."""
        if values.keys().isdisjoint(self.names()):
            return self
        return Polynomial(_collect(self._pairs_with(values)), self.work)

    def _pairs_with(self, values: Mapping[str, Polynomial]) -> Iterator[tuple[tuple[str, ...], int]]:
        for names, c in self.monomials.items():
            if values.keys().isdisjoint(names):
                yield names, c
            else:
                product = Polynomial({tuple(x for x in names if x not in values): c}, self.work)
                for x in names:
                    product = product * values[x] if x in values else product
                yield from product.monomials.items()


def variable(name: str, work: Work) -> Polynomial:
    """The polynomial that is this name."""
    return Polynomial({(name,): 1}, work)


def _collect(pairs: Iterable[tuple[tuple[str, ...], int]]) -> dict[tuple[str, ...], int]:
    """Add up the coefficients of each monomial."""
    total: dict[tuple[str, ...], int] = {}
    for names, c in pairs:
        total[names] = total.get(names, 0) + c
        if len(total) > MOST_ITEMS:
            raise Rejected(f"A polynomial has more than {MOST_ITEMS} monomials.")
    return {names: c for names, c in total.items() if c}
