"""Kernels and torch modules: reading a module as a kernel, writing a kernel as a module, applying one to a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from symconv.composition.kernel import Kernel, Pads
from symconv.errors import ArgumentError, sentence

if TYPE_CHECKING:
    import torch

#: PyTorch's names of the padding modes, by symconv's.
_PAD_MODES = {"zeros": "constant", "circular": "circular", "reflect": "reflect", "replicate": "replicate"}
_PAD_LAYERS = {"zeros": "ZeroPad", "circular": "CircularPad", "reflect": "ReflectionPad", "replicate": "ReplicationPad"}


def apply_kernel(kernel: Kernel, x: torch.Tensor) -> torch.Tensor:
    """The kernel's convolution of a tensor (N, in_channels, *sizes)."""
    import torch

    if kernel.kind != "torch":
        raise ArgumentError(
            sentence(f"kernel={kernel!r}", "holds no torch tensor", "make it from a tensor to apply it to one")
        )
    if x.dim() != kernel.dims + 2 or x.shape[1] != kernel.in_channels:
        raise ArgumentError(
            sentence(
                f"x of shape {tuple(x.shape)}",
                f"does not fit a kernel of {kernel.dims} spatial axes and {kernel.in_channels} input channels",
                "pass (N, in_channels, *sizes)",
            )
        )
    functional: Any = torch.nn.functional
    if kernel.transposed:
        return _apply_transposed(kernel, x, functional)
    if any(side for pads in kernel.padding for side in pads):
        x = functional.pad(x, flat_pads(kernel.padding), mode=_PAD_MODES[kernel.padding_mode])
    convolve = getattr(functional, f"conv{kernel.dims}d")
    y: torch.Tensor = convolve(
        x, kernel.weight, kernel.bias, stride=kernel.stride, dilation=kernel.dilation, groups=kernel.groups
    )
    return y


def _apply_transposed(kernel: Kernel, x: torch.Tensor, functional: Any) -> torch.Tensor:
    """Written on the whole canvas, lengthened behind by output_padding, then cropped on each side."""
    convolve = getattr(functional, f"conv_transpose{kernel.dims}d")
    y: torch.Tensor = convolve(
        x, kernel.weight, None, stride=kernel.stride, dilation=kernel.dilation, groups=kernel.groups
    )
    if any(kernel.output_padding):
        y = functional.pad(y, flat_pads(tuple((0, extra) for extra in kernel.output_padding)))
    y = functional.pad(y, flat_pads(tuple((-before, -after) for before, after in kernel.padding)))
    return y if kernel.bias is None else y + kernel.bias.reshape(1, -1, *[1] * kernel.dims)


def flat_pads(pads: Pads) -> list[int]:
    """Padding as ``torch.nn.functional.pad`` takes it: the last axis first."""
    return [side for before_after in reversed(pads) for side in before_after]


def module_of(kernel: Kernel) -> torch.nn.Module:
    """An ``nn.Module`` of the kernel, its parameters detached copies of the same dtype and device."""
    import torch

    if kernel.kind != "torch":
        raise ArgumentError(
            sentence(f"kernel={kernel!r}", "holds no torch tensor", "make it from a tensor to get a module")
        )
    uneven = any(before != after for before, after in kernel.padding)
    if kernel.transposed and uneven:
        raise ArgumentError(
            sentence(
                f"padding={kernel.padding}", "crops unevenly, which no nn.ConvTranspose does", "call the kernel itself"
            )
        )
    even = () if uneven else tuple(before for before, _ in kernel.padding)
    convolution: torch.nn.Module = _convolution(kernel, torch, even)
    if not uneven:
        return convolution
    pad_layer = getattr(torch.nn, f"{_PAD_LAYERS[kernel.padding_mode]}{kernel.dims}d")
    return torch.nn.Sequential(pad_layer(tuple(flat_pads(kernel.padding))), convolution)


def _convolution(kernel: Kernel, torch: Any, padding: tuple[int, ...]) -> Any:
    name = f"Conv{'Transpose' if kernel.transposed else ''}{kernel.dims}d"
    extra = {"output_padding": kernel.output_padding} if kernel.transposed else {"padding_mode": kernel.padding_mode}
    module = getattr(torch.nn, name)(
        kernel.in_channels,
        kernel.out_channels,
        kernel.kernel_size,
        stride=kernel.stride,
        padding=padding or 0,
        dilation=kernel.dilation,
        groups=kernel.groups,
        bias=kernel.bias is not None,
        device=kernel.weight.device,
        dtype=kernel.weight.dtype,
        **(extra if padding or kernel.transposed else {}),
    )
    with torch.no_grad():
        module.weight.copy_(kernel.weight)
        if kernel.bias is not None:
            module.bias.copy_(kernel.bias)
    return module


def kernel_of(module: torch.nn.Module) -> Kernel:
    """The kernel of a module; its weights are the module's own, so that gradients reach them.

    Raises ``ArgumentError`` for a module that is no linear map of a kernel, or only in another mode.
    """
    from torch import nn

    readers: tuple[tuple[tuple[type, ...], Callable[[Any], Kernel]], ...] = (
        ((nn.Conv1d, nn.Conv2d, nn.Conv3d), _from_conv),
        ((nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), _from_transposed),
        ((nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d), _refuse_pool),
        ((nn.Linear,), _from_linear),
    )
    for types, read in readers:
        if isinstance(module, types) and type(module).forward in {t.forward for t in types}:  # type: ignore[attr-defined]
            return read(module)
    raise ArgumentError(
        sentence(
            f"module={type(module).__name__}",
            "is no convolution that symconv reads",
            "pass nn.Conv1d-3d, nn.ConvTranspose1d-3d or nn.Linear; for other layers see average_pool_kernel, "
            "linear_after_flatten, Kernel.identity, batch_norm_kernel and fold_batch_norm",
        )
    )


def _from_conv(module: Any) -> Kernel:
    return Kernel(
        module.weight,
        module.bias,
        stride=module.stride,
        padding=module.padding,
        dilation=module.dilation,
        groups=module.groups,
        padding_mode=module.padding_mode,
    )


def _from_transposed(module: Any) -> Kernel:
    return Kernel(
        module.weight,
        module.bias,
        stride=module.stride,
        padding=module.padding,
        dilation=module.dilation,
        groups=module.groups,
        transposed=True,
        output_padding=module.output_padding,
    )


def _from_linear(module: Any) -> Kernel:
    """A fully connected layer at every pixel: a 1x1 kernel (behind a flatten: see ``linear_after_flatten``)."""
    return Kernel(module.weight[:, :, None, None], module.bias)


def _refuse_pool(module: Any) -> Kernel:
    raise ArgumentError(
        sentence(
            f"module={type(module).__name__}",
            "is a kernel only for a known number of channels",
            "pass average_pool_kernel(module, channels), or the module to sc.parallel beside a convolution",
        )
    )
