"""Numbers: closed forms evaluated exactly or compiled for arrays, and statements evaluated on tensors."""

from symconv.numerics.formulas import Formula, compile, evaluate
from symconv.numerics.overflow import IntegerOverflow
from symconv.numerics.tensors import evaluate_statement

__all__ = ["Formula", "IntegerOverflow", "compile", "evaluate", "evaluate_statement"]
