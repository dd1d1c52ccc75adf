"""Integer polynomials that are at least 0 where others are: certificates and the search for them."""

from symconv.prover.positivity.nonnegative import Proof, nonnegative, refutation, refutes, zero

__all__ = ["Proof", "nonnegative", "refutation", "refutes", "zero"]
