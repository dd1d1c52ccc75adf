"""A statement as the text of the grammar, as LaTeX, and as a SymPy equation."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Eq, Expr, IndexedBase, S, Sum, Symbol

from symconv.statements.functions import Iverson
from symconv.statements.language import Access, Bracket, Equal, NonNegative, Range, Statement, Term, Within
from symconv.statements.writing import tex, text


def statement_text(statement: Statement) -> str:
    """``for n < N, y < Y: Y[n, y] = b[n] + sum(u < K) W[u]*X[n, y + u]*[0 <= y + u < H]``"""
    terms = " + ".join(map(_term_text, statement.terms))
    if statement.scale is not None:
        terms = f"({text(statement.scale)})*({terms})"
    head = f"for {_ranges_text(statement.ranges)}: " if statement.ranges else ""
    return f"{head}{_access_text(statement.target)} = {terms}"


def _ranges_text(ranges: Iterable[Range]) -> str:
    return ", ".join(f"{text(r.index)} < {text(r.extent)}" for r in ranges)


def _access_text(access: Access) -> str:
    return f"{access.tensor}[{', '.join(map(text, access.at))}]"


def _bracket_text(bracket: Bracket) -> str:
    match bracket:
        case Within(value, extent):
            return f"[0 <= {text(value)} < {text(extent)}]"
        case Equal(left, right):
            return f"[{text(left)} = {text(right)}]"
        case NonNegative(value):
            return f"[{text(value)} >= 0]"


def _term_text(term: Term) -> str:
    parts = [_access_text(f) for f in term.factors] + [_bracket_text(b) for b in term.brackets]
    if term.coefficient != 1 or not parts:
        parts.insert(0, f"({text(term.coefficient)})")
    head = f"sum({_ranges_text(term.ranges)}) " if term.ranges else ""
    return head + "*".join(parts)


def statement_latex(statement: Statement) -> str:
    """``Y_{n, y} = b_{n} + \\sum_{u<K} W_{u}\\,X_{n, y + u}\\,[0 \\le y + u < H]``"""
    return "".join(piece if isinstance(piece, str) else tex(piece) for piece in latex_pieces(statement))


def latex_pieces(statement: Statement) -> list[str | Expr]:
    """The LaTeX of a statement cut where a line may break: left-hand side, scale, then sums and factors one by one.

    Scales and coefficients are left as expressions, which may be broken further.
    """
    pieces: list[str | Expr] = [f"{access_latex(statement.target)} = "]
    several = statement.scale is not None and len(statement.terms) > 1
    if statement.scale is not None:
        pieces += [statement.scale, r"\,\Bigl(" if several else r"\,"]
    for position, term in enumerate(statement.terms):
        if position and not term.coefficient.could_extract_minus_sign():
            pieces.append("{} + ")
        pieces += _term_pieces(term)
    return [*pieces, r"\Bigr)"] if several else pieces


def _term_pieces(term: Term) -> list[str | Expr]:
    factors = [*map(access_latex, term.factors), *map(bracket_latex, term.brackets)]
    sums = "".join(rf"\sum_{{{tex(r.index)} < {tex(r.extent, inline=True)}}} " for r in term.ranges)
    parts: list[str | Expr] = [sums, *factors] if sums else [*factors]
    if term.coefficient == -1 and factors:
        return ["-", *_spaced(parts)]
    if term.coefficient == 1 and factors:
        return _spaced(parts)
    if term.coefficient.is_Add:
        return [r"\left(", term.coefficient, r"\right)", *parts]
    return _spaced([term.coefficient, *parts])


def _spaced(parts: list[str | Expr]) -> list[str | Expr]:
    """A thin space before every part but the first."""
    return [part for place, p in enumerate(parts) for part in ((r"\,", p) if place else (p,))]


def access_latex(access: Access) -> str:
    """``X_{n, i, y + u}``; a gradient ``dX`` prints as ``\\mathrm{d}X``."""
    name = access.tensor
    body = rf"\mathrm{{d}}{name[1:]}" if len(name) > 1 and name[0] == "d" else name
    return rf"{body}_{{{', '.join(tex(e, inline=True) for e in access.at)}}}"


def bracket_latex(bracket: Bracket) -> str:
    """An Iverson bracket in LaTeX."""
    match bracket:
        case Within(value, extent):
            return rf"\left[0 \le {tex(value)} < {tex(extent)}\right]"
        case Equal(left, right):
            return rf"\left[{tex(left)} = {tex(right)}\right]"
        case NonNegative(value):
            return rf"\left[{tex(value)} \ge 0\right]"


def statement_sympy(statement: Statement) -> Eq:
    """Tensors become ``Indexed``, sums ``Sum`` (unevaluated), brackets ``Iverson``."""

    def access(a: Access) -> Expr:
        return IndexedBase(Symbol(a.tensor, commutative=True))[a.at]

    def bracket(b: Bracket) -> Expr:
        match b:
            case Within(value, extent):
                return Iverson(value, extent)
            case Equal():
                return Iverson(b.value)
            case NonNegative(value):
                return Iverson(value, S.Infinity)

    total = S.Zero
    for term in statement.terms:
        body = term.coefficient
        for factor in [*map(access, term.factors), *map(bracket, term.brackets)]:
            body = body * factor
        total += Sum(body, *[(r.index, 0, r.extent - 1) for r in term.ranges]) if term.ranges else body
    if statement.scale is not None:
        total = statement.scale * total
    return Eq(access(statement.target), total, evaluate=False)
