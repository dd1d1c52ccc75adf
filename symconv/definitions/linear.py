"""The fully connected layer, applied along the last axis."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr

from symconv.definitions.axis import Definition
from symconv.definitions.convolution import bias_shapes, bias_terms
from symconv.statements import Access, Names, Range, Statement, Term


def linear(leading: Sequence[Expr], inputs: Expr, outputs: Expr, *, bias: bool, names: Names) -> Definition:
    """Y[n, o] = b[o] + SUM_i W[o, i] * X[n, i], for any number of leading axes n.

    Shapes: X (*leading, in_features), W (out_features, in_features), b (out_features).  Source: PyTorch, Linear.
    """
    rows = tuple(Range(names.index("n" if len(leading) == 1 else f"n_{j + 1}"), e) for j, e in enumerate(leading))
    o, i = Range(names.index("o"), outputs), Range(names.index("i"), inputs)
    at = tuple(r.index for r in rows)
    product = Term((i,), (), (Access("W", (o.index, i.index)), Access("X", (*at, i.index))))
    return Definition(
        Statement(
            target=Access("Y", (*at, o.index)),
            ranges=(*rows, o),
            terms=(*bias_terms(o.index, bias), product),
            shapes=(
                ("Y", (*leading, outputs)),
                ("X", (*leading, inputs)),
                ("W", (outputs, inputs)),
                *bias_shapes(outputs, bias),
            ),
        )
    )
