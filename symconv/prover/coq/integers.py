"""Integer expressions twice: as data of Coq, and as the text of Gallina to which that data computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from symconv.prover.coq.names import Names
from symconv.prover.polynomial import Monomial, Polynomial


@dataclass(frozen=True)
class Written:
    """An integer expression: ``data`` for the checker, ``text`` for the reader."""

    data: str
    text: str


@dataclass(frozen=True)
class Writer:
    """Writes polynomials; ``texts`` has what stands for each name, an identifier or a quotient in parentheses."""

    names: Names
    texts: Mapping[str, str]

    def polynomial(self, p: Polynomial) -> Written:
        """Monomials with positive coefficients first; a polynomial that is 0 or negative begins with its constant.

        >>> from symconv.prover.polynomial import variable
        >>> k, y = variable("k"), variable("y")
        >>> names = Names({"k": 0, "y": 1}, {}, {}, {}, ("k", "y"))
        >>> Writer(names, {"k": "k", "y": "y"}).polynomial(2 * k * y - y - 1).text
        '2 * k * y - y - 1'
        """
        plus = [self._monomial(c, at) for at, c in _in_order(p) if c > 0]
        minus = [self._monomial(-c, at) for at, c in _in_order(p) if c < 0]
        if not plus and minus and p.constant_part < 0:
            plus, minus = [_integer(p.constant_part)], minus[:-1]
        elif not plus:
            plus = [_integer(0)]
        return reduce(_minus, minus, reduce(_plus, plus))

    def sides(self, p: Polynomial) -> tuple[Written, Written]:
        """(a, b) with p = b - a, both with positive coefficients only."""
        plus = Polynomial({m: c for m, c in p.terms.items() if c > 0})
        minus = Polynomial({m: -c for m, c in p.terms.items() if c < 0})
        return self.polynomial(minus), self.polynomial(plus)

    def _monomial(self, c: int, at: Monomial) -> Written:
        factors = [self._name(name) for name in at]
        return reduce(_times, factors if c == 1 and factors else [_integer(c), *factors])

    def _name(self, name: str) -> Written:
        return Written(f"(IV {self.names.numbers[name]})", self.texts[name])


def _in_order(p: Polynomial) -> Sequence[tuple[Monomial, int]]:
    return sorted(p.terms.items(), key=lambda term: (-len(term[0]), term[0]))


def _integer(value: int) -> Written:
    return Written(f"(IC {value})" if value >= 0 else f"(IC ({value}))", str(value) if value >= 0 else f"({value})")


def _plus(a: Written, b: Written) -> Written:
    return Written(f"(IAdd {a.data} {b.data})", f"{a.text} + {b.text}")


def _minus(a: Written, b: Written) -> Written:
    return Written(f"(ISub {a.data} {b.data})", f"{a.text} - {b.text}")


def _times(a: Written, b: Written) -> Written:
    return Written(f"(IMul {a.data} {b.data})", f"{a.text} * {b.text}")
