"""``check_conv``: a kernel checked on drawn layers, first on probes and then on all data, in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from symconv.layers.base import Layer
from symconv.rounding.acceptance import ArithmeticOptions
from symconv.testing.cases import ConvCase, conv_cases
from symconv.testing.probes import PROBES
from symconv.testing.regimes import DATA


@dataclass(frozen=True)
class CheckConv:
    """Checks kernels on one device."""

    device: str = "cpu"

    def __call__(
        self,
        function: Callable[..., Any],
        dims: int | None = 2,
        dtype: Any = "float32",
        layers: SearchStrategy[Layer] | None = None,
        examples: int | None = None,
        **options: Any,
    ) -> None:
        """Check ``function(x, weight, bias, stride, ...)`` on ``examples`` probes and as many cases of other data.

        dims      the rank of the layers; ``layers`` is a strategy for them instead
        dtype     of the operands, or several
        examples  left out, as many as Hypothesis' profile says
        options   of ``conv_layers``, such as ``groups=1``, or how the kernel may compute, such as ``acc="float16"``

        Raises what ``ConvCase.check`` raises, for the smallest case that was found.

        >>> import torch
        >>> CheckConv()(torch.nn.functional.conv1d, dims=1, examples=3)
        """
        __tracebackhide__ = True
        arithmetic = {name: value for name, value in options.items() if name in ArithmeticOptions.__annotations__}
        if layers is None:
            options["dims"] = dims

        def check(case: ConvCase) -> None:
            __tracebackhide__ = True
            case.check(function, **arithmetic)

        for regimes in (PROBES, DATA):
            cases = conv_cases(
                layers, dtypes=_several(dtype), devices=(self.device,), regimes=tuple(regimes), **options
            )
            _search(cases, check, examples)


def _search(cases: SearchStrategy[ConvCase], check: Callable[[ConvCase], None], examples: int | None) -> None:
    """Run a check on drawn cases; Hypothesis names the smallest one that fails."""
    __tracebackhide__ = True
    chosen: dict[str, Any] = {} if examples is None else {"max_examples": examples}
    patient = (*settings().suppress_health_check, HealthCheck.too_slow)
    phases = tuple(phase for phase in settings().phases if phase is not Phase.explain)  # it would name lines of symconv
    run = settings(deadline=None, suppress_health_check=patient, phases=phases, report_multiple_bugs=False, **chosen)
    run(given(cases)(check))()


def _several(dtype: Any) -> Sequence[Any]:
    return dtype if isinstance(dtype, list | tuple) else (dtype,)
