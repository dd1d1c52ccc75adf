"""What floating-point arithmetic may do to a layer's sums: proved bounds, and correctly rounded results."""

from symconv.rounding.error_bound import error_bound
from symconv.rounding.exact import conv_exact

__all__ = ["conv_exact", "error_bound"]
