"""Under which conditions a layer's statements make sense: quotients are integers, and there is an output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sympy import Basic, Eq, Expr, Ge, Mod, Symbol, fraction, together
from sympy.logic.boolalg import Boolean

from symconv.statements import symbols_of


def whole(extents: Iterable[Expr]) -> tuple[Boolean, ...]:
    """That quotients in extents are integers: groups divide the channels.

    >>> from symconv.statements import symbol
    >>> whole([symbol("C_in") / symbol("G"), symbol("N")])
    (Eq(Mod(C_in, G), 0),)
    """
    quotients = (fraction(together(e)) for e in extents if not e.is_Symbol)
    return tuple(dict.fromkeys(Eq(Mod(value, divisor), 0) for value, divisor in quotients if divisor != 1))


def relevant(used: Iterable[Basic], meanings: Mapping[Symbol, Expr], conditions: Sequence[Expr]) -> tuple[Boolean, ...]:
    """What the names in ``used`` stand for, and those of ``conditions`` (each >= 0) that are about nothing else.

    >>> from symconv.statements import size
    >>> n, k, m = size("n"), size("k"), size("m")
    >>> relevant([m], {m: n - k + 1}, [n - k, size("w") - k])
    (Eq(m, -k + n + 1), -k + n >= 0)
    """
    known = symbols_of(used)
    meant = tuple(Eq(name, value) for name, value in meanings.items() if name in known)
    known |= symbols_of(meant)
    return (*meant, *(Ge(e, 0) for e in conditions if e.free_symbols <= known))
