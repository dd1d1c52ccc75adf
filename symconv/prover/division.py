"""Division of polynomials by polynomials, as far as the search needs it."""

from __future__ import annotations

from collections import Counter

from symconv.prover.polynomial import ZERO, Monomial, Polynomial


def divided(p: Polynomial, b: Polynomial) -> tuple[Polynomial, Polynomial]:
    """(whole, rest) with p = whole*b + rest, and no monomial of the rest divisible by the leading one of b.

    >>> from symconv.prover.polynomial import variable
    >>> i, k, u = map(variable, "iku")
    >>> [str(part) for part in divided((i + 1) * k + u, k)]
    ['i + 1', 'u']
    """
    if b == ZERO:
        return ZERO, p
    lead = max(b.terms, key=lambda m: (len(m), m))
    whole: dict[Monomial, int] = {}
    rest, open_part = ZERO, p
    while open_part != ZERO:
        monomial = max(open_part.terms, key=lambda m: (len(m), m))
        c = open_part.terms[monomial]
        over = _over(monomial, lead)
        if over is None or c % b.terms[lead]:
            term = Polynomial({monomial: c})
            rest, open_part = rest + term, open_part - term
            continue
        factor = Polynomial({over: c // b.terms[lead]})
        whole[over] = whole.get(over, 0) + c // b.terms[lead]
        open_part = open_part - factor * b
    return Polynomial(whole), rest


def exact_quotient(p: Polynomial, b: Polynomial) -> Polynomial | None:
    """p/b where b divides p."""
    whole, rest = divided(p, b)
    return whole if rest == ZERO else None


def _over(monomial: Monomial, by: Monomial) -> Monomial | None:
    """monomial/by, or ``None``."""
    left = Counter(monomial)
    left.subtract(by)
    if any(power < 0 for power in left.values()):
        return None
    return tuple(sorted(left.elements()))


def monomial_factor(p: Polynomial) -> Polynomial | None:
    """p without a name that all its monomials have; ``None`` where there is none."""
    if not p.terms:
        return None
    for name in sorted(frozenset.intersection(*(frozenset(m) for m in p.terms))):
        found = {}
        for monomial, c in p.terms.items():
            left = list(monomial)
            left.remove(name)
            found[tuple(left)] = c
        return Polynomial(found)
    return None
