"""The one text grammar: formulas, conditions, lists of sizes, statements, and propositions to be proved.

The rules stand in ``syntax.lark``; no text runs any code, and no string ever reaches SymPy's own parsers.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sympy import Expr, Integer, Symbol
from sympy.logic.boolalg import Boolean

from symconv.errors import ArgumentError, sentence
from symconv.statements.building import Builder, Shapes, bound_names
from symconv.statements.expression import Expression
from symconv.statements.language import Statement
from symconv.statements.outline import Outline
from symconv.statements.parsing import read, syntax_tree
from symconv.statements.proposition import Proposition
from symconv.statements.texts import read_expression, read_outline, read_proposition

__all__ = [
    "parse_condition",
    "parse_expression",
    "parse_formula",
    "parse_outline",
    "parse_proposition",
    "parse_sizes",
    "parse_statement",
    "syntax_tree",
]


def parse_formula(text: str, symbols: Mapping[str, Symbol] | None = None) -> Expr:
    """The expression that ``text`` stands for; a name that is not in ``symbols`` becomes ``symbol(name)``.

    Integers, names, ``+ - * / **`` (also ``^``), ``//`` (the floor of the quotient), ``%``, ``floor``, ``ceil``,
    ``max``, ``min``, ``mod``, ``gcd``, ``taps_below``, and SymPy's spellings of these.  A quotient is exact.
    Raises ``GrammarError`` for any other text, ``ArgumentError`` for a name that no size can bear.

    >>> parse_formula("(H_in + 2*P_h - K_h)//S_h + 1")
    floor((H_in - K_h + 2*P_h)/S_h) + 1
    """
    found: Expr = _parse("formula", text, symbols)
    return found


def parse_condition(text: str, symbols: Mapping[str, Symbol] | None = None) -> Boolean:
    """The condition that ``text`` stands for: comparisons (also chained), ``divides``, ``and``, ``or``, ``not``.

    Raises as ``parse_formula`` does.

    >>> parse_condition("2 <= K_h < H_in and S_h divides H_in")
    (2 <= K_h) & (K_h < H_in) & Eq(Mod(H_in, S_h), 0)
    """
    found: Boolean = _parse("condition", text, symbols)
    return found


def parse_sizes(text: str) -> tuple[Expr | int, ...]:
    """Formulas with commas between them; integers become ``int``.  Raises as ``parse_formula`` does.

    >>> parse_sizes("N,3,H_in,2*W_in")
    (N, 3, H_in, 2*W_in)
    """
    return tuple(int(e) if e.is_Integer else e for e in _parse("sizes", text, None))


def parse_statement(
    text: str, shapes: Mapping[str, Sequence[Expr | int | str]], symbols: Mapping[str, Symbol] | None = None
) -> Statement:
    """The statement that ``text`` writes, as ``str(statement)`` does; ``shapes`` has the extents of its tensors.

    ``sum(u < K)`` binds the product that follows, and ``sum(u <= K)`` includes K.  A name that ``for`` or ``sum`` binds
    is an index, any other a size.  ``c*(...)`` with a sum in the parentheses is the statement's scale.  Facts and named
    sizes of a statement are no part of its text.
    Raises ``GrammarError`` for what the grammar does not have, ``StatementError`` for what no statement can be.

    >>> shapes = {"Z": ("Y",), "W": ("K",), "X": ("Y + K - 1",)}
    >>> print(parse_statement("for y < Y: Z[y] = sum(u < K) W[u]*X[y + u]", shapes))
    for y < Y: Z[y] = sum(u < K) W[u]*X[u + y]
    """
    extents = tuple((tensor, tuple(_extents(given, symbols))) for tensor, given in shapes.items())
    found: Statement = _parse("statement", text, symbols, extents)
    return found


def parse_proposition(
    text: str,
    *,
    where: Sequence[str] = (),
    assuming: Sequence[str | Boolean] = (),
    counts: Sequence[str] = (),
    integers: Sequence[str] = (),
    symbols: Mapping[str, Symbol] | None = None,
) -> Proposition:
    """The proposition that ``text`` writes: ``for ranges: sum = sum``, and ``if condition`` behind it where it has one.

    where      definitions ``T = formula`` and ``Z[y] = expression``, put in; later ones may use earlier ones.  What a
               tensor is defined as holds for all integers y
    assuming   more conditions, as texts or as SymPy's
    counts     names that may be 0; ``integers``: names of any sign.  Other free names are sizes by their role
    symbols    names that have symbols already

    Several sums may bind one name, also one inside another: they are renamed apart, to u0, u1, ...
    Raises ``GrammarError`` for what the grammar does not have; ``StatementError`` for a name that is an index and also
    a size, a tensor with two numbers of indices, and names that are defined or listed and not used.

    >>> text = "for i < n: sum(u < k) V[u]*Z[i + u] = sum(t < T) K[t]*X[i + t]"
    >>> where = ["T = k + 1", "Z[y] = X[y] + X[y + 1]", "K[t] = sum(u < k) V[u]*([t = u] + [t = u + 1])"]
    >>> print(parse_proposition(text, where=where).left)
    sum(u < k) V[u]*X[i + u] + sum(u < k) V[u]*X[i + u + 1]
    """
    return read_proposition(
        text, where=where, assuming=assuming, counts=counts, integers=integers, symbols=symbols or {}
    )


def parse_outline(
    text: str,
    *,
    where: Sequence[str] = (),
    assuming: Sequence[str | Boolean] = (),
    counts: Sequence[str] = (),
    integers: Sequence[str] = (),
) -> Outline:
    """What ``parse_proposition`` reads from the same texts, with defined tensors left where they are read.

    Raises as it does.

    >>> outline = parse_outline("for i < n: Z[i] = X[i] + X[i + 1]", where=["Z[y] = sum(u < 2) X[y + u]"])
    >>> print(outline.proposition.left, [name for name, _ in outline.definitions])
    Z[i] ['Z']
    """
    return read_outline(text, where=where, assuming=assuming, counts=counts, integers=integers)


def parse_expression(
    text: str,
    *,
    indices: Sequence[str] = (),
    where: Sequence[str] = (),
    counts: Sequence[str] = (),
    integers: Sequence[str] = (),
    symbols: Mapping[str, Symbol] | None = None,
) -> Expression:
    """The expression that ``text`` writes, as ``str(expression)`` does; its free names are sizes, unless listed.

    The arguments are those of ``parse_proposition``; ``indices`` are free names that run from 0.  Raises as it does.

    >>> parse_expression("sum(u < K) W[u]*X[i + u]", indices=["i"])
    sum(u < K) W[u]*X[i + u]
    """
    return read_expression(text, indices=indices, where=where, counts=counts, integers=integers, symbols=symbols or {})


def _extents(given: Sequence[Expr | int | str], symbols: Mapping[str, Symbol] | None) -> Iterator[Expr]:
    for extent in given:
        match extent:
            case str():
                yield parse_formula(extent, symbols)
            case int():
                yield Integer(extent)
            case Expr():
                yield extent
            case _:
                raise ArgumentError(
                    sentence(f"extent={reprlib.repr(extent)}", "is no size", "pass an int, an expression or a text")
                )


def _parse(kind: str, text: str, symbols: Mapping[str, Symbol] | None, shapes: Shapes = ()) -> Any:
    return read(kind, text, lambda tree: Builder(symbols or {}, bound_names(tree), shapes).transform(tree))
