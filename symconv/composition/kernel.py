"""``Kernel``: a convolution's weight and bias together with how it is applied; in torch, NumPy or SymPy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symconv.composition.arrays import Array, check_alike, check_finite, kind_of, ones_on_diagonal, with_rank
from symconv.errors import ArgumentError, sentence
from symconv.layers.arguments import check_divides, per_axis, read_choice, read_flag, read_padding, read_size
from symconv.layers.base import LABELS, flat
from symconv.layers.convolution import PADDING_MODES

Pads = tuple[tuple[int, int], ...]


def _check_numbers(**values: Any) -> None:
    """Refuse symbols among the arguments: a kernel's entries may be symbols, its sizes are numbers."""
    for name, value in values.items():
        if not all(isinstance(v, int) for v in flat(value)):
            raise ArgumentError(
                sentence(f"{name}={value}", "is not in numbers", "give numbers, or compose layers such as sc.Conv2d")
            )


@dataclass(frozen=True, eq=False, repr=False)
class Kernel:
    """A convolution, or transposed convolution, as data: arrays of one kind, and PyTorch's arguments.

    weight   (out, in/groups, *spatial), transposed (in, out/groups, *spatial); one- and two-dimensional arrays are
             single-channel
    bias     (out,), or ``None``
    padding  as in ``Conv2d``: a size, one an axis, or (before, after) an axis; stored as (before, after) an axis

    Raises ``ArgumentError`` for shapes, groups or entries that make no convolution.  Nothing of the caller's is copied
    or changed.
    """

    weight: Any
    bias: Any = None
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: Any = 1
    transposed: bool = False
    output_padding: Any = 0
    padding_mode: str = "zeros"

    def __post_init__(self) -> None:
        kind = kind_of(self.weight, "weight")
        weight = with_rank(self.weight, "weight")
        check_finite(weight, "weight")
        labels = LABELS[len(weight.shape) - 2]
        groups = read_size("groups", self.groups)
        values = {
            "weight": weight,
            "stride": per_axis("stride", self.stride, labels),
            "padding": self._read_padding(labels, weight.shape[2:]),
            "dilation": per_axis("dilation", self.dilation, labels),
            "groups": groups,
            "transposed": read_flag("transposed", self.transposed),
            "output_padding": per_axis("output_padding", self.output_padding, labels, zero_allowed=True),
            "padding_mode": read_choice("padding_mode", self.padding_mode, PADDING_MODES),
        }
        _check_numbers(**{name: values[name] for name in ("stride", "padding", "dilation", "groups", "output_padding")})
        for name, value in values.items():
            object.__setattr__(self, name, value)
        check_divides(groups, **{"weight.shape[0]": weight.shape[0]})
        self._check_bias(kind)
        self._check_transposed()

    def _read_padding(self, labels: str, spatial: Sequence[int]) -> Pads:
        if isinstance(self.padding, str):
            dilations = per_axis("dilation", self.dilation, labels)
            read_choice("padding", self.padding, ("same", "valid"))
            spans = [int(d) * (k - 1) if self.padding == "same" else 0 for d, k in zip(dilations, spatial, strict=True)]
            return tuple((span // 2, span - span // 2) for span in spans)
        sides = read_padding("padding", self.padding, labels)
        return tuple(s if isinstance(s, tuple) else (s, s) for s in sides)

    def _check_bias(self, kind: str) -> None:
        if self.bias is None:
            return
        if kind_of(self.bias, "bias") != kind or tuple(self.bias.shape) != (self.out_channels,):
            raise ArgumentError(
                sentence(
                    f"bias of shape {tuple(getattr(self.bias, 'shape', ()))}",
                    f"does not fit {self.out_channels} output channels of a {kind} kernel",
                    "pass one entry an output channel, in an array of the weight's kind",
                )
            )
        check_alike(self.weight, self.bias)
        check_finite(self.bias, "bias")

    def _check_transposed(self) -> None:
        plain = all(extra == 0 for extra in self.output_padding)
        if not self.transposed and not plain:
            raise ArgumentError(
                sentence(
                    f"output_padding={self.output_padding}", "needs transposed=True", "leave it out, or pass transposed"
                )
            )
        if self.transposed and self.padding_mode != "zeros":
            raise ArgumentError(
                sentence(f"padding_mode={self.padding_mode!r}", "is not defined for transposed kernels", "use 'zeros'")
            )

    # ------------------------------------------------------------------ sizes
    @property
    def kind(self) -> str:
        """Which arrays the kernel holds: torch, numpy or sympy."""
        return kind_of(self.weight, "weight")

    @property
    def dims(self) -> int:
        """How many spatial axes."""
        return len(self.weight.shape) - 2

    @property
    def kernel_size(self) -> tuple[int, ...]:
        """The spatial extents of the weight."""
        return tuple(int(k) for k in self.weight.shape[2:])

    @property
    def in_channels(self) -> int:
        """How many channels it reads."""
        channels, grouped = self.weight.shape[:2]
        return int(channels if self.transposed else grouped * self.groups)

    @property
    def out_channels(self) -> int:
        """How many channels it writes."""
        channels, grouped = self.weight.shape[:2]
        return int(grouped * self.groups if self.transposed else channels)

    # ------------------------------------------------------------------ other forms
    @staticmethod
    def from_module(module: Any) -> Kernel:
        """The kernel of a torch convolution, transposed convolution, or linear layer applied at every pixel."""
        from symconv.composition.modules import kernel_of

        return kernel_of(module)

    @staticmethod
    def identity(channels: int, dims: int = 2, like: Array | None = None) -> Kernel:
        """The kernel that changes nothing: 1x1, one a channel (NumPy float64, or of the kind of ``like``)."""
        read_size("channels", channels)
        if dims not in (1, 2, 3):
            raise ArgumentError(sentence(f"dims={dims!r}", "is no number of spatial axes", "use 1, 2 or 3"))
        return Kernel(ones_on_diagonal(channels, dims, like))

    def to_module(self) -> Any:
        """An ``nn.Module`` of the same function: nn.Conv or nn.ConvTranspose, behind a padding layer where needed."""
        from symconv.composition.modules import module_of

        return module_of(self)

    def __call__(self, x: Any) -> Any:
        """Apply the kernel to a torch tensor (N, in_channels, *sizes)."""
        from symconv.composition.modules import apply_kernel

        return apply_kernel(self, x)

    def __repr__(self) -> str:
        shape = ", ".join(map(str, self.weight.shape))
        parts = [f"{self.kind} ({shape})"]
        plain = {
            "stride": ((1,) * self.dims, self.stride),
            "padding": (((0, 0),) * self.dims, self.padding),
            "dilation": ((1,) * self.dims, self.dilation),
            "groups": (1, self.groups),
            "transposed": (False, self.transposed),
            "output_padding": ((0,) * self.dims, self.output_padding),
            "padding_mode": ("zeros", self.padding_mode),
        }
        parts += [f"{name}={value}" for name, (default, value) in plain.items() if value != default]
        parts += ["bias"] if self.bias is not None else []
        return f"Kernel({', '.join(parts)})"
