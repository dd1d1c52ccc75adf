"""Random layers as names and arguments, many in little time; one-sided padding beyond the kernel and more."""

from __future__ import annotations

from random import Random
from typing import Any

from oracles.counting import output_sizes
from oracles.numbers import Numbers

KINDS = ("conv", "conv", "transposed", "pool")
NAMES = {"conv": "Conv", "transposed": "ConvTranspose", "pool": "AvgPool"}

Sample = tuple[str, dict[str, Any], tuple[int, ...]]


def sample(random: Random) -> Sample:
    """(class name, arguments, input shape); the input of each axis is at most a few cells larger than it must be."""
    kind, rank = random.choice(KINDS), random.choice((1, 1, 2, 2, 3))
    arguments = (_pool if kind == "pool" else _convolution)(random, rank, kind)
    channels = arguments.get("in_channels") or random.randint(1, 2)
    most = {1: 6, 2: 4, 3: 2}[rank]
    sizes = tuple(_least(kind, arguments, axis) + random.randint(0, most) for axis in range(rank))
    return f"{NAMES[kind]}{rank}d", arguments, (random.randint(1, 2), channels, *sizes)


def _convolution(random: Random, rank: int, kind: str) -> dict[str, Any]:
    def each(least: int, most: int) -> tuple[int, ...]:
        return tuple(random.randint(least, most) for _ in range(rank))

    groups = random.choice((1, 1, 2, 3))
    arguments: dict[str, Any] = {
        "in_channels": groups * random.randint(1, 2),
        "out_channels": groups * random.randint(1, 2),
        "groups": groups,
        "kernel_size": each(1, 4 if rank < 3 else 3),
        "stride": each(1, 4),
        "dilation": each(1, 4),
        "padding": tuple((random.randint(0, 5), random.choice((0, random.randint(0, 5)))) for _ in range(rank)),
        "bias": random.random() < 0.5,
    }
    if kind == "transposed":
        steps = zip(arguments["stride"], arguments["dilation"], strict=True)
        arguments["output_padding"] = tuple(random.randint(0, max(s, d) - 1) for s, d in steps)
    elif random.random() < 0.1:
        arguments |= {"padding": "same", "stride": (1,) * rank}
    return arguments


def _pool(random: Random, rank: int, kind: str) -> dict[str, Any]:
    kernel = tuple(random.randint(1, 4) for _ in range(rank))
    return {
        "kernel_size": kernel,
        "stride": tuple(random.randint(1, 4) for _ in range(rank)),
        "padding": tuple(random.randint(0, k // 2) for k in kernel),
        "ceil_mode": random.random() < 0.3,
        "count_include_pad": random.random() < 0.7,
    }


def _least(kind: str, arguments: dict[str, Any], axis: int) -> int:
    """The smallest size of one axis that gives an output."""
    kernel, stride = arguments["kernel_size"][axis], arguments["stride"][axis]
    dilation = arguments["dilation"][axis] if "dilation" in arguments else 1
    span = dilation * (kernel - 1)
    padding = arguments["padding"]
    sides = (span // 2, span - span // 2) if padding == "same" else padding[axis]
    sides = sides if isinstance(sides, tuple) else (sides, sides)
    extra = arguments["output_padding"][axis] if kind == "transposed" else 0
    size = 1
    while True:
        one = Numbers(kind, 1, 1, 1, 1, (size,), (kernel,), (stride,), (dilation,), (sides,), (extra,), False)
        if output_sizes(one)[0] >= 1:
            return size
        size += 1
