"""What a function under test takes: where its bias goes, and which of a layer's arguments it has names for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: The arguments of layers, and what they are where a function need not know them.
DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "output_padding": 0}
_BIAS = ("bias", "b")
_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True)
class Parameters:
    """The parameters of ``function(x, weight, ...)``.

    names      those that can be passed by name
    any_name   whether every name is taken: by ``**kwargs``, or by a builtin, which takes PyTorch's names
    bias       how the bias is passed: by the place behind the weight, by the name "bias", or not at all
    """

    names: frozenset[str]
    any_name: bool
    bias: str | None

    def takes(self, name: str) -> bool:
        """Whether an argument of this name can be passed."""
        return self.any_name or name in self.names


def read_parameters(function: Callable[..., Any]) -> Parameters:
    """The parameters of a function.

    >>> read_parameters(lambda x, w, b, stride=1: x).bias
    'place'
    """
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return Parameters(frozenset(), True, "name")
    kinds = {p.kind for p in parameters}
    by_name = frozenset(p.name for p in parameters if p.kind is not inspect.Parameter.POSITIONAL_ONLY)
    any_name = inspect.Parameter.VAR_KEYWORD in kinds
    by_place = [p for p in parameters if p.kind in _BY_PLACE]
    third = by_place[2] if len(by_place) > 2 else None
    if third is not None and third.name not in DEFAULTS and (third.name in _BIAS or third.default is third.empty):
        bias: str | None = "place"
    elif "bias" in by_name or any_name:
        bias = "name"
    else:
        bias = "place" if inspect.Parameter.VAR_POSITIONAL in kinds and len(by_place) <= 2 else None
    return Parameters(by_name, any_name, bias)


def is_default(name: str, value: Any) -> bool:
    """Whether an argument is as it is in a layer where it is not given.

    >>> is_default("stride", (1, 1)), is_default("padding", ((0, 1), (0, 0)))
    (True, False)
    """
    if isinstance(value, tuple):
        return all(is_default(name, entry) for entry in value)
    return bool(value == DEFAULTS[name])
