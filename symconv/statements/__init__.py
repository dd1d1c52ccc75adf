"""The statement language: tensors, index sums and Iverson brackets, with SymPy expressions as leaves."""

from symconv.statements.affine import affine
from symconv.statements.equating import equate, expression_of
from symconv.statements.expression import Expression, Tensor, bracket, tensor, total
from symconv.statements.functions import Gcd, Iverson, TapsBelow
from symconv.statements.language import (
    Access,
    Bracket,
    Equal,
    NonNegative,
    Range,
    Statement,
    Term,
    Within,
)
from symconv.statements.leaves import indices, sizes
from symconv.statements.proposition import Proposition
from symconv.statements.symbols import Names, check_roles, count, index, size, symbol, symbols_of

__all__ = [
    "Access",
    "Bracket",
    "Equal",
    "Expression",
    "Gcd",
    "Iverson",
    "Names",
    "NonNegative",
    "Proposition",
    "Range",
    "Statement",
    "TapsBelow",
    "Tensor",
    "Term",
    "Within",
    "affine",
    "bracket",
    "check_roles",
    "count",
    "equate",
    "expression_of",
    "index",
    "indices",
    "size",
    "sizes",
    "symbol",
    "symbols_of",
    "tensor",
    "total",
]
