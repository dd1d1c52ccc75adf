"""How grouped channels are written: input channel q*(C_in/G) + i, output channel q*(C_out/G) + o, without a floor."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, Symbol

from symconv.statements import Names, Range


@dataclass(frozen=True)
class Channels:
    """The channel arguments of a layer."""

    batch: Expr
    inputs: Expr
    outputs: Expr
    groups: Expr = S.One


@dataclass(frozen=True)
class ChannelIndices:
    """Indices over batch, group, output channel in its group, input channel in its group."""

    batch: Range
    group: tuple[Range, ...]
    output: Range
    input: Range

    @property
    def input_channel(self) -> Expr:
        """The input channel that index ``input`` means in the current group."""
        return self._in_group(self.input)

    @property
    def output_channel(self) -> Expr:
        """The output channel that index ``output`` means in the current group."""
        return self._in_group(self.output)

    def _in_group(self, channel: Range) -> Expr | Symbol:
        return self.group[0].index * channel.extent + channel.index if self.group else channel.index


def channel_indices(channels: Channels, names: Names) -> ChannelIndices:
    """Fresh indices n, q, o, i; a single group needs no q."""
    groups = channels.groups
    return ChannelIndices(
        batch=Range(names.index("n"), channels.batch),
        group=() if groups == 1 else (Range(names.index("q"), groups),),
        output=Range(names.index("o"), channels.outputs / groups),
        input=Range(names.index("i"), channels.inputs / groups),
    )
