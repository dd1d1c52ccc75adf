"""A statement as the text of the grammar, as LaTeX, and as a SymPy equation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from sympy import And, Eq, Expr, IndexedBase, Mod, Not, Or, S, Sum, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from symconv.statements.functions import Iverson
from symconv.statements.language import Access, Bracket, Equal, NonNegative, Range, Statement, Term, Within
from symconv.statements.writing import tex, text

Factor = Access | Bracket
#: A gradient's d, the letters, and what stands behind them.
_TENSOR_NAME = re.compile(r"(d(?=[A-Z]))?([A-Za-z]+)(.*)")


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


def terms_text(terms: Sequence[Term]) -> str:
    """``sum(u < K) W[u]*X[u] - 2*X[0]``; nothing is written as 0."""
    found = [_signed_text(term) for term in terms]
    first = "".join(found[0]) if found else "0"
    return first.removeprefix("+") + "".join(f" {sign} {body}" for sign, body in found[1:])


def _signed_text(term: Term) -> tuple[str, str]:
    """The sign of a term, and its text without it."""
    negative = term.coefficient.as_coeff_Mul()[0].is_negative
    coefficient = -term.coefficient if negative else term.coefficient
    parts = [_access_text(f) for f in term.factors] + [_bracket_text(b) for b in term.brackets]
    if coefficient != 1 or not parts:
        parts.insert(0, f"({text(coefficient)})" if coefficient.is_Add else text(coefficient))
    head = f"sum({_ranges_text(term.ranges)}) " if term.ranges else ""
    return "-" if negative else "+", head + "*".join(parts)


def proposition_text(ranges: Sequence[Range], sides: Sequence[Sequence[Term]], assuming: Sequence[Boolean]) -> str:
    """``for i < n: sum(u < K) W[u]*X[i + u] = X[i] if K = 1``"""
    head = f"for {_ranges_text(ranges)}: " if ranges else ""
    tail = f" if {' and '.join(condition_text(c, whole=False) for c in assuming)}" if assuming else ""
    return f"{head}{' = '.join(map(terms_text, sides))}{tail}"


def condition_text(condition: Boolean, *, whole: bool = True) -> str:
    """A condition in the grammar's words; in parentheses, where it is part of a larger one and needs them."""
    if isinstance(condition, Relational):
        if condition.rhs == 0 and isinstance(condition.lhs, Mod) and condition.rel_op == "==":
            return f"{text(condition.lhs.args[1])} divides {text(condition.lhs.args[0])}"
        sign = {"==": "="}.get(condition.rel_op, condition.rel_op)
        return f"{text(condition.lhs)} {sign} {text(condition.rhs)}"
    if isinstance(condition, Not):
        return f"not ({condition_text(condition.args[0])})"
    if isinstance(condition, (And, Or)):
        word = " and " if isinstance(condition, And) else " or "
        made = word.join(condition_text(c, whole=False) for c in sorted(condition.args, key=str))
        return made if whole else f"({made})"
    return str(condition)


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
    pieces += terms_pieces(statement.terms)
    return [*pieces, r"\Bigr)"] if several else pieces


def terms_latex(terms: Sequence[Term]) -> str:
    """The terms as one line of LaTeX."""
    return "".join(piece if isinstance(piece, str) else tex(piece) for piece in terms_pieces(terms))


def terms_pieces(terms: Sequence[Term], factor: Callable[[Factor], list[str]] | None = None) -> list[str | Expr]:
    """The LaTeX of a sum of terms, cut where a line may break; ``factor`` may cut a factor in its own way."""
    pieces: list[str | Expr] = [] if terms else ["0"]
    for position, term in enumerate(terms):
        if position and not term.coefficient.could_extract_minus_sign():
            pieces.append("{} + ")
        pieces += _term_pieces(term, factor or (lambda f: [factor_latex(f)]))
    return pieces


def _term_pieces(term: Term, factor: Callable[[Factor], list[str]]) -> list[str | Expr]:
    factors = [piece for f in (*term.factors, *term.brackets) for piece in factor(f)]
    sums = "".join(rf"\sum_{{{tex(r.index)} < {tex(r.extent, inline=True)}}} " for r in term.ranges)
    c = term.coefficient
    head: list[list[str | Expr]] = [[sums]] if sums else []
    rest: list[list[str | Expr]] = [[f] for f in factors]
    if abs(c) == 1 and factors:
        return [*(["-"] if c == -1 else []), *_spaced([*head, *rest])]
    number: list[list[str | Expr]] = [[r"\bigl(", c, r"\bigr)"] if c.is_Add and (sums or factors) else [c]]
    inside = not factors or not c.free_symbols.isdisjoint(r.index for r in term.ranges)
    return _spaced([*head, *number, *rest] if inside else [*number, *head, *rest])


def _spaced(groups: list[list[str | Expr]]) -> list[str | Expr]:
    """A thin space before every group but the first."""
    return [part for place, group in enumerate(groups) for part in ([r"\,", *group] if place else group)]


def factor_latex(factor: Factor) -> str:
    """A tensor's entry or a bracket in LaTeX."""
    return access_latex(factor) if isinstance(factor, Access) else bracket_latex(factor)


def access_latex(access: Access) -> str:
    """``X_{n, i, y + u}``; a gradient ``dX`` prints as ``\\mathrm{d}X``, and ``W2`` as ``W^{(2)}``."""
    if not access.at:
        return tensor_latex(access.tensor)
    return rf"{tensor_latex(access.tensor)}_{{{', '.join(tex(e, inline=True) for e in access.at)}}}"


def tensor_latex(name: str) -> str:
    """The name of a tensor in LaTeX; what stands behind its letters is written above, for its indices stand below."""
    gradient, letters, mark = _TENSOR_NAME.findall(name)[0]
    body = letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"
    above = mark.strip("_").replace("_", r"\_")
    return (r"\mathrm{d}" if gradient else "") + body + (f"^{{({above})}}" if above else "")


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
