"""The statement language: tensors, index sums and Iverson brackets, with SymPy expressions as leaves."""

from symconv.statements.affine import affine
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
from symconv.statements.symbols import Names, check_roles, count, index, size, symbol, symbols_of

__all__ = [
    "Access",
    "Bracket",
    "Equal",
    "Gcd",
    "Iverson",
    "Names",
    "NonNegative",
    "Range",
    "Statement",
    "TapsBelow",
    "Term",
    "Within",
    "affine",
    "check_roles",
    "count",
    "index",
    "size",
    "symbol",
    "symbols_of",
]
