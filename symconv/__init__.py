"""symconv: the exact mathematics of convolution layers.  Define once, derive everything.

>>> import symconv as sc
>>> sc.Conv2d(8, 16, 3, padding=1).cost((1, 8, 10, 10)).forward.macs
115200
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: Where each public name lives; it is imported when it is first used, so that ``import symconv`` is fast.
_HOMES = {
    "symconv.errors": (
        "ArgumentError",
        "ClaimError",
        "GrammarError",
        "ShapeError",
        "StatementError",
        "SymconvError",
        "TheoremError",
    ),
    "symconv.statements": ("Statement", "bracket", "indices", "sizes", "symbol", "tensor", "total"),
    "symconv.layers": (
        "AvgPool1d",
        "AvgPool2d",
        "AvgPool3d",
        "Conv1d",
        "Conv2d",
        "Conv3d",
        "ConvTranspose1d",
        "ConvTranspose2d",
        "ConvTranspose3d",
        "Cost",
        "Linear",
        "Memory",
        "Ops",
        "derive",
        "from_module",
    ),
    "symconv.render": ("Derivation",),
    "symconv.numerics": ("Formula", "IntegerOverflow", "compile", "evaluate", "evaluate_statement"),
    "symconv.composition": (
        "BatchNorm",
        "BorderError",
        "CompositionVerdict",
        "Kernel",
        "RepairError",
        "ShuffledKernel",
        "average_pool_kernel",
        "batch_norm_kernel",
        "compose",
        "explain_average_pool",
        "explain_batch_norm",
        "explain_composition",
        "explain_parallel",
        "fold_batch_norm",
        "linear_after_flatten",
        "parallel",
    ),
    "symconv.factoring": ("Factorisation", "Irreducible", "NoSplit", "check_factorisation", "factor"),
    "symconv.rounding": ("conv_exact", "error_bound"),
    "symconv.testing.closeness": ("UnprovedError", "assert_conv_close"),
    "symconv.testing.comparing": ("Agreement", "Comparison", "compare"),
    "symconv.claims": ("Report", "Verdict", "audit"),
    "symconv.prover.prove": ("check", "prove"),
    "symconv.prover.theorem": ("Refuted", "Theorem", "Unknown"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME_OF)]  # noqa: PLE0604 - the names are literal strings of the table

if TYPE_CHECKING:
    from symconv.claims import Report, Verdict, audit
    from symconv.composition import (
        BatchNorm,
        BorderError,
        CompositionVerdict,
        Kernel,
        RepairError,
        ShuffledKernel,
        average_pool_kernel,
        batch_norm_kernel,
        compose,
        explain_average_pool,
        explain_batch_norm,
        explain_composition,
        explain_parallel,
        fold_batch_norm,
        linear_after_flatten,
        parallel,
    )
    from symconv.errors import (
        ArgumentError,
        ClaimError,
        GrammarError,
        ShapeError,
        StatementError,
        SymconvError,
        TheoremError,
    )
    from symconv.factoring import Factorisation, Irreducible, NoSplit, check_factorisation, factor
    from symconv.layers import (
        AvgPool1d,
        AvgPool2d,
        AvgPool3d,
        Conv1d,
        Conv2d,
        Conv3d,
        ConvTranspose1d,
        ConvTranspose2d,
        ConvTranspose3d,
        Cost,
        Linear,
        Memory,
        Ops,
        derive,
        from_module,
    )
    from symconv.numerics import Formula, IntegerOverflow, compile, evaluate, evaluate_statement
    from symconv.prover.prove import check, prove
    from symconv.prover.theorem import Refuted, Theorem, Unknown
    from symconv.render import Derivation
    from symconv.rounding import conv_exact, error_bound
    from symconv.statements import Statement, bracket, indices, sizes, symbol, tensor, total
    from symconv.testing.closeness import UnprovedError, assert_conv_close
    from symconv.testing.comparing import Agreement, Comparison, compare


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'symconv' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
