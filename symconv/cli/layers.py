"""From the words of the command line to a layer and its input shape."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from symconv.errors import ArgumentError, sentence

_RANKED = ("Conv", "ConvTranspose", "AvgPool")
#: The names of all layers in lower case, without underscores.
KINDS = {
    "linear": "Linear",
    **{f"{kind}{dims}d".lower(): f"{kind}{dims}d" for kind in _RANKED for dims in (1, 2, 3)},
}
#: The argument that an input shape fixes where it is not given, and the axis that it stands on.
_CHANNELS = {"in_channels": 1, "in_features": -1}


def read_layer(kind: str, arguments: Mapping[str, Any], shape: Sequence[Any] | None) -> Any:
    """The layer of that kind with its arguments set and all others symbolic; channels as the input has them."""
    layer_class = _layer_class(kind)
    known = [f.name for f in dataclasses.fields(layer_class)]
    for name in arguments:
        if name not in known:
            way_out = f"{layer_class.__name__} has {', '.join(known)}"
            raise ArgumentError(sentence(f"set={name!r}", f"is no argument of {layer_class.__name__}", way_out))
    channels = {
        name: shape[axis]
        for name, axis in _CHANNELS.items()
        if shape is not None and name in known and name not in arguments and len(shape) > abs(axis) - (axis < 0)
    }
    return layer_class.symbolic(**{**channels, **arguments})


def _layer_class(kind: str) -> Any:
    import symconv.layers

    name = KINDS.get(kind.lower().replace("_", ""))
    if name is None:
        raise ArgumentError(sentence(f"layer={kind[:60]!r}", "is not known", f"name one of {', '.join(KINDS)}"))
    return getattr(symconv.layers, name)
