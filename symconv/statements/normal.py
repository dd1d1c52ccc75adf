"""A normal form of statements: two that differ by names, by order, or by ranges of one value have the same one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice, permutations

from sympy import Expr, S, Symbol, expand

from symconv.statements.language import Access, Bracket, Range, Statement, Term
from symconv.statements.symbols import index

#: At most so many orders of the bound indices are compared; beyond them, equal statements may not be seen to be.
_ORDERS = 720
Key = tuple[object, ...]


def same_statement(left: Statement, right: Statement) -> bool:
    """Whether the two have one normal form, for all values of the sizes; False means "not seen".

    >>> from symconv.statements.grammar import parse_statement
    >>> shapes = {"Y": ("n",), "X": ("n", "m"), "w": ("m",)}
    >>> one = parse_statement("for i < n: Y[i] = sum(j < m) X[i, j]*w[j]", shapes)
    >>> two = parse_statement("for y < n: Y[y] = sum(u < m) w[u]*X[y, u]", shapes)
    >>> same_statement(one, two)
    True
    """
    return _one_role(left, right) and normal_key(left) == normal_key(right)


def _one_role(*statements: Statement) -> bool:
    """Whether each name is one symbol in all of them: keys are texts, which do not tell a size from a count."""
    names: dict[str, Symbol] = {}
    return all(names.setdefault(s.name, s) == s for statement in statements for s in statement.parameters)


def normal_key(statement: Statement) -> Key:
    """A hashable key, equal for statements that differ by names and order only, where each name is one symbol."""
    free = _free_names(statement)
    target = _mapped(statement.target, free)
    ranges = sorted((free[r.index].name, str(expand(r.extent))) for r in statement.ranges if r.extent != 1)
    terms = sorted(_term_key(term, free) for term in statement.terms)
    scale = None if statement.scale is None else str(expand(statement.scale.xreplace(free)))
    return (_access_key(target), tuple(ranges), tuple(terms), scale)


def _free_names(statement: Statement) -> dict[Symbol, Expr]:
    """Free indices named in the order in which the target names them; an index with one value is 0."""
    extents = {r.index: r.extent for r in statement.ranges}
    order = [
        v for e in statement.target.at for v in sorted(e.free_symbols & set(extents), key=lambda v: str(e.coeff(v)))
    ]
    order += [v for v in extents if v not in order]
    several = [v for v in dict.fromkeys(order) if extents[v] != 1]
    names = dict.fromkeys(extents, S.Zero)
    names.update({v: index(f"<free{place}>") for place, v in enumerate(several)})
    return names


def _term_key(term: Term, free: Mapping[Symbol, Expr]) -> Key:
    """The least key over all orders of the bound indices."""
    single = {r.index: S.Zero for r in term.ranges if r.extent == 1}
    bound = [r for r in term.ranges if r.extent != 1]
    return min(_ordered_key(term, order, {**free, **single}) for order in islice(_orders(bound), _ORDERS))


def _orders(ranges: Sequence[Range]) -> Iterator[tuple[Range, ...]]:
    """All orders in which the extents, as texts, are sorted: the least key is one of these."""
    if not ranges:
        yield ()
        return
    _, alike = next(groupby(sorted(ranges, key=_extent_text), key=_extent_text))
    least = list(alike)
    others = [r for r in ranges if r not in least]
    for first in permutations(least):
        for rest in _orders(others):
            yield (*first, *rest)


def _extent_text(r: Range) -> str:
    return str(expand(r.extent))


def _ordered_key(term: Term, order: tuple[Range, ...], names: Mapping[Symbol, Expr]) -> Key:
    names = {**names, **{r.index: index(f"<bound{place}>") for place, r in enumerate(order)}}
    return (
        tuple(map(_extent_text, order)),
        tuple(sorted(_access_key(_mapped(f, names)) for f in term.factors)),
        tuple(sorted(_bracket_key(b, names) for b in term.brackets)),
        str(expand(term.coefficient.xreplace(dict(names)))),
    )


def _mapped(access: Access, names: Mapping[Symbol, Expr]) -> Access:
    return access.map(lambda e: expand(e.xreplace(dict(names))))


def _access_key(access: Access) -> Key:
    return (access.tensor, *map(str, access.at))


def _bracket_key(bracket: Bracket, names: Mapping[Symbol, Expr]) -> Key:
    mapped = bracket.map(lambda e: expand(e.xreplace(dict(names))))
    if hasattr(mapped, "left"):
        value = min(mapped.value, expand(-mapped.value), key=str)
        return ("=", str(value))
    return (type(mapped).__name__, str(mapped.value), str(getattr(mapped, "extent", "")))
