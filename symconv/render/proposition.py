"""A proposition in LaTeX: on one line where it fits, else as an ``aligned`` body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Eq, Mod
from sympy.logic.boolalg import Boolean

from symconv.render.lines import LINE, fill_lines
from symconv.render.width import width
from symconv.statements import Access, Equal, NonNegative, Proposition, Range, Term, Within
from symconv.statements.printing import Factor, factor_latex, tensor_latex, terms_latex, terms_pieces
from symconv.statements.writing import tex

_SUM = r"\sum_"


def proposition_latex(proposition: Proposition, line: float = LINE) -> str:
    r"""Both sides, for which indices, and what is assumed; no line is wider than ``line`` em where it can be broken.

    >>> import symconv as sc
    >>> i, n, X = sc.indices("i"), sc.symbol("n"), sc.tensor("X")
    >>> print(proposition_latex(Proposition.of(X[i] + X[n], X[n] + X[i], [(i, n)])))
    X_{i}{} + X_{n} = X_{n}{} + X_{i} \quad \text{for all } i < n
    """
    heads = (r"\text{for all } ", r"\text{assuming } ")
    lists = ([_range_latex(r) for r in proposition.ranges], [condition_latex(c) for c in proposition.assuming])
    behind = [(head, parts) for head, parts in zip(heads, lists, strict=True) if parts]
    sides = (proposition.left.terms, proposition.right.terms)
    whole = " = ".join(map(terms_latex, sides))
    whole += "".join(rf" \quad {head}" + r",\ ".join(parts) for head, parts in behind)
    if width(whole) <= line:
        return whole
    left, right = (list(_pieces(terms, line)) for terms in sides)
    blocks = [fill_lines(left, line), fill_lines(["{} = ", *right], line)]
    blocks += [fill_lines([head, *_listed(parts)], line) for head, parts in behind]
    rows = [(r"& \qquad " if place else "& ") + row for block in blocks for place, row in enumerate(block)]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def condition_latex(condition: Boolean) -> str:
    """A condition in LaTeX; a remainder that is 0 is written as "divides".

    >>> from symconv.statements import symbol
    >>> condition_latex(Eq(Mod(symbol("C_in"), symbol("G")), 0))
    'G \\\\mid C_{\\\\mathrm{in}}'
    """
    if isinstance(condition, Eq) and isinstance(condition.lhs, Mod) and condition.rhs == 0:
        value, divisor = condition.lhs.args
        return rf"{tex(divisor)} \mid {tex(value)}"
    return tex(condition)


def _range_latex(r: Range) -> str:
    return f"{tex(r.index)} < {tex(r.extent)}"


def _pieces(terms: Sequence[Term], line: float) -> Iterator[str]:
    """The LaTeX of a side, cut where a line may break; sums and factors are cut where they are too wide for a line."""
    for piece in terms_pieces(terms, lambda factor: _factor_pieces(factor, line)):
        written = piece if isinstance(piece, str) else tex(piece)
        if written.startswith(_SUM) and width(written) > line:
            yield from (_SUM + part for part in written.split(_SUM)[1:])
        else:
            yield written


def _factor_pieces(factor: Factor, line: float) -> list[str]:
    """A wide entry of a tensor is written X[i, j], and cut behind its commas; a wide bracket before a comparison."""
    whole = factor_latex(factor)
    if width(whole) <= line - 4:
        return [whole]
    match factor:
        case Access(tensor, at):
            first, *rest = _listed([tex(e) for e in at])
            pieces = [rf"{tensor_latex(tensor)}\bigl[{first}", *rest]
        case Within(value, extent):
            pieces = [rf"\bigl[0 \le {tex(value)}", rf"{{}} < {tex(extent)}"]
        case Equal(left, right):
            pieces = [rf"\bigl[{tex(left)}", rf"{{}} = {tex(right)}"]
        case NonNegative(value):
            pieces = [rf"\bigl[{tex(value)}", r"{} \ge 0"]
    pieces[-1] += r"\bigr]"
    return pieces


def _listed(parts: Sequence[str]) -> Iterator[str]:
    for place, part in enumerate(parts):
        yield part + (r",\ " if place < len(parts) - 1 else "")
