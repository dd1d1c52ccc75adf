"""What theorems are named after: both sides against PyTorch's own operators on the same tensors."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from oracles.theorems import Sizes, entries, evaluate, theorem

ENTRIES = {entry["name"]: entry for entry in entries()}


@pytest.fixture(autouse=True)
def _same_tensors_every_time() -> None:
    torch.manual_seed(0)


def integers(*shape: int) -> Tensor:
    return torch.randint(-3, 4, shape).double()


def share(number: int) -> Tensor:
    """The scalar that an average over so many entries multiplies by."""
    return torch.tensor(1 / number, dtype=torch.float64)


def agree(name: str, sizes: Sizes, given: dict[str, Tensor], expected: Tensor) -> None:
    """Both sides of the theorem are ``expected``; what it reads outside the given tensors is random."""
    own = theorem(ENTRIES[name])
    assert set(sizes) == set(own.parameters)
    assert own.allows(sizes)
    for side in evaluate(own, sizes, 1, given):
        torch.testing.assert_close(side, expected.double(), rtol=0, atol=1e-9)


def gradient(output: Tensor, incoming: Tensor, of: Tensor) -> Tensor:
    (found,) = torch.autograd.grad(output, of, incoming)
    return found


def axes(names: str, *values: tuple[int, ...]) -> dict[str, int]:
    """Sizes with a suffix for each axis: axes("K D", (3, 2), (1, 2)) is K_h=3, K_w=2, D_h=1, D_w=2."""
    suffixes = "dhw"[-len(values[0]) :]
    return {
        f"{name}_{axis}": value
        for name, each in zip(names.split(), values, strict=True)
        for axis, value in zip(suffixes, each, strict=True)
    }


# ------------------------------------------------------------------ composition


def test_two_layers_1d() -> None:
    X, W1, W2 = integers(2, 24), integers(3, 2, 3), integers(2, 3, 2)
    expected = functional.conv1d(functional.conv1d(X, W1, stride=2, dilation=3), W2, stride=2, dilation=2)
    sizes = {"c_i": 2, "c_m": 3, "c_o": 2, "k1": 3, "k2": 2, "s1": 2, "s2": 2, "d1": 3, "d2": 2}
    agree("composition_channels", {**sizes, "n": expected.shape[1]}, {"X": X, "W1": W1, "W2": W2}, expected)


@pytest.mark.parametrize("rank", [2, 3])
def test_two_layers_2d_and_3d(rank: int) -> None:
    convolve = (functional.conv2d, functional.conv3d)[rank - 2]
    each = {"k1": (2, 3, 1), "s1": (2, 1, 2), "d1": (1, 2, 1), "k2": (2, 1, 2), "s2": (1, 2, 1), "d2": (2, 1, 1)}
    own = {name: values[:rank] for name, values in each.items()}
    X = integers(2, 9, 10, *[5][: rank - 2])
    W1, W2 = integers(2, 2, *own["k1"]), integers(1, 2, *own["k2"])
    hidden = convolve(X, W1, stride=own["s1"], dilation=own["d1"])
    expected = convolve(hidden, W2, stride=own["s2"], dilation=own["d2"])
    sizes = {f"{name}{axis}": v for name, values in own.items() for axis, v in zip("dhw"[-rank:], values, strict=True)}
    sizes |= {"c_i": 2, "c_m": 2, "c_o": 1, **dict(zip("nhw"[-rank:], expected.shape[1:], strict=True))}
    agree(f"composition_{rank}d", sizes, {"X": X, "W1": W1, "W2": W2}, expected)


def test_three_layers() -> None:
    X, W1, W2, W3 = integers(1, 40), integers(2, 1, 3), integers(2, 2, 2), integers(1, 2, 2)
    hidden = functional.conv1d(functional.conv1d(X, W1, stride=2), W2, stride=3, dilation=2)
    expected = functional.conv1d(hidden, W3, stride=1, dilation=2)
    sizes = {"c_i": 1, "c_m": 2, "c_l": 2, "c_o": 1, "k1": 3, "k2": 2, "k3": 2, "s1": 2, "s2": 3, "s3": 1, "d1": 1}
    given = {"X": X, "W1": W1, "W2": W2, "W3": W3}
    agree("composition_three_layers", {**sizes, "d2": 2, "d3": 2, "n": expected.shape[1]}, given, expected)


def test_two_padded_layers() -> None:
    X, W1, W2 = integers(11), integers(3), integers(2)

    def layers(p1: int, p2: int) -> tuple[Tensor, Tensor]:
        hidden = functional.conv1d(X[None], W1[None, None], stride=2, dilation=2, padding=p1)
        return hidden[0], functional.conv1d(hidden, W2[None, None], padding=p2, dilation=3)[0]

    sizes = {"h": 11, "k1": 3, "k2": 2, "s1": 2, "s2": 1, "d1": 2, "d2": 3}
    given = {"X": X, "W1": W1, "W2": W2}
    hidden, expected = layers(3, 0)
    agree("composition_without_inner_padding", {**sizes, "p1": 3, "h1": len(hidden)}, given, expected)
    hidden, expected = layers(4, 2)
    agree("composition_first_fully_padded", {**sizes, "p1": 4, "q1": 4, "p2": 2, "n": len(expected)}, given, expected)


def test_two_layers_with_bias() -> None:
    X, W1, W2, b1, b2 = integers(2, 16), integers(3, 2, 3), integers(2, 3, 2), integers(3), integers(2)
    expected = functional.conv1d(functional.conv1d(X, W1, b1, stride=2), W2, b2, dilation=2)
    sizes = {"c_i": 2, "c_m": 3, "c_o": 2, "k1": 3, "k2": 2, "s1": 2, "s2": 1, "d1": 1, "d2": 2}
    given = {"X": X, "W1": W1, "W2": W2, "b1": b1, "b2": b2}
    agree("composition_with_bias", {**sizes, "n": expected.shape[1]}, given, expected)


# ------------------------------------------------------------------ layers


def test_pointwise_is_matmul() -> None:
    X, W = integers(3, 4, 5), integers(2, 3, 1, 1)
    agree("pointwise_is_matmul", {"c_i": 3, "c_o": 2, "h": 4, "w": 5}, {"X": X, "W": W}, functional.conv2d(X, W))
    product = (W[:, :, 0, 0] @ X.reshape(3, 20)).reshape(2, 4, 5)
    agree("pointwise_is_matmul", {"c_i": 3, "c_o": 2, "h": 4, "w": 5}, {"X": X, "W": W}, product)


def test_im2col() -> None:
    X, W = integers(2, 6, 5), integers(3, 2, 3, 2)
    options: dict[str, Any] = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}
    expected = functional.conv2d(X, W, **options)
    sizes = axes("K S P D", (3, 2), (2, 1), (1, 2), (1, 2))
    sizes |= {"C_in": 2, "C_out": 3, "H_in": 6, "W_in": 5, "H_out": expected.shape[1], "W_out": expected.shape[2]}
    agree("im2col_2d", sizes, {"X": X, "W": W}, expected)
    columns = functional.unfold(X[None], (3, 2), dilation=(1, 2), padding=(1, 2), stride=(2, 1))[0]
    agree("im2col_2d", sizes, {"X": X, "W": W}, (W.reshape(3, 12) @ columns).reshape(expected.shape))


def test_im2col_of_volumes() -> None:
    X, W = integers(2, 4, 5, 3), integers(2, 2, 2, 3, 1)
    expected = functional.conv3d(X, W, stride=(1, 2, 1), padding=(1, 1, 0), dilation=(2, 1, 1))
    sizes = axes("K S P D", (2, 3, 1), (1, 2, 1), (1, 1, 0), (2, 1, 1))
    sizes |= {"C_in": 2, "C_out": 2, "D_in": 4, "H_in": 5, "W_in": 3}
    sizes |= dict(zip(("D_out", "H_out", "W_out"), expected.shape[1:], strict=True))
    agree("im2col_3d", sizes, {"X": X, "W": W}, expected)


def test_flatten_and_linear() -> None:
    X, W = integers(2, 3, 4), integers(5, 24)
    agree(
        "flatten_linear_is_convolution",
        {"c_i": 2, "c_o": 5, "h": 3, "w": 4},
        {"X": X, "W": W},
        functional.linear(X.flatten(), W),
    )
    kernel = W.reshape(5, 2, 3, 4)
    expected = functional.conv2d(X, kernel).flatten()
    agree("flatten_linear_is_convolution", {"c_i": 2, "c_o": 5, "h": 3, "w": 4}, {"X": X, "W": W}, expected)


def test_circular_padding() -> None:
    X, W = integers(6), integers(3)
    expected = functional.conv1d(functional.pad(X[None], (4, 2), mode="circular"), W[None, None], dilation=3)[0]
    agree("circular_padding_is_circulant", {"h": 6, "k": 3, "d": 3, "p": 4}, {"X": X, "W": W}, expected)


def test_average_pooling() -> None:
    X = integers(2, 7, 6)
    expected = functional.avg_pool2d(X, (2, 4), (3, 2), (1, 2))
    sizes = axes("K S P", (2, 4), (3, 2), (1, 2)) | {"C": 2, "H_in": 7, "W_in": 6}
    sizes |= {"H_out": expected.shape[1], "W_out": expected.shape[2]}
    agree("average_pooling_is_depthwise", sizes, {"X": X, "r": share(8)}, expected)
    expected = functional.avg_pool1d(X[0], 4, 3, 2)
    sizes = {"C": 7, "h": 6, "k": 4, "s": 3, "p": 2, "n": expected.shape[1]}
    agree("average_pooling_is_convolution", sizes, {"X": X[0], "r": share(4)}, expected)


def test_average_pooling_twice() -> None:
    X = integers(1, 12, 8)
    expected = functional.avg_pool2d(functional.avg_pool2d(X, 2), (3, 2))[0]
    sizes = {"k1h": 2, "k1w": 2, "k2h": 3, "k2w": 2, "h": 2, "w": 2}
    given = {"X": X[0], "q": share(4), "r": share(6)}
    agree("average_pooling_twice", sizes, given, expected)


def test_batch_norm() -> None:
    X, W, b, mean, weight, bias = integers(2, 9), integers(3, 2, 2), integers(3), integers(3), integers(3), integers(3)
    hidden = functional.conv1d(X[None], W, b, stride=2, padding=1, dilation=3)
    expected = functional.batch_norm(hidden, mean, torch.full((3,), 3.75).double(), weight, bias, eps=0.25)[0]
    sizes = {"c_i": 2, "c_o": 3, "k": 2, "s": 2, "d": 3, "p": 1, "h": 9, "n": expected.shape[1]}
    given = {"X": X, "W": W, "b": b, "m": mean, "a": weight / 2, "e": bias}
    agree("batch_norm_after_a_layer", sizes, given, expected)


def test_branches() -> None:
    X, W, M = integers(2, 4, 5), integers(2, 2, 3, 3), integers(2, 2)
    expected = functional.conv2d(X, W, padding=1) + functional.conv2d(X, M[:, :, None, None]) + X
    agree("three_branches_in_one_kernel", {"C": 2, "h": 4, "w": 5}, {"X": X, "W": W, "M": M}, expected)


def test_parallel_layers() -> None:
    X, W1, W2 = integers(9), integers(3), integers(2)
    first = functional.conv1d(X[None], W1[None, None], stride=2, dilation=2, padding=2)[0]
    second = functional.conv1d(X[None], W2[None, None], stride=2, padding=0, dilation=1)[0, :4]
    sizes = {"h": 9, "k1": 3, "d1": 2, "p1": 2, "k2": 2, "d2": 1, "p2": 0, "s": 2, "p": 2, "k": 5, "n": 4}
    agree("parallel_layers", sizes, {"X": X, "W1": W1, "W2": W2}, first[:4] + second)


# ------------------------------------------------------------------ gradients


def test_gradient_of_the_input() -> None:
    X, W, G = integers(2, 3, 9).requires_grad_(), integers(2, 3, 3), integers(2, 2, 4)
    options = {"stride": 2, "padding": 1, "dilation": 2}
    expected = gradient(functional.conv1d(X, W, **options), G, X)
    sizes = {"N": 2, "c_i": 3, "c_o": 2, "h": 9, "k": 3, "s": 2, "d": 2, "p": 1, "n": 4}
    agree("gradient_of_the_input", sizes, {"W": W, "G": G}, expected)
    transposed = functional.conv_transpose1d(G, W, output_padding=0, **options)
    agree("gradient_of_the_input", {**sizes, "h": transposed.shape[2]}, {"W": W, "G": G}, transposed)


def test_adjoint() -> None:
    X, W, G = integers(2, 3, 5, 6), integers(2, 3, 3, 2), integers(2, 2, 3, 3)
    options: dict[str, Any] = {"stride": (2, 3), "padding": (1, 1)}
    forward = functional.conv2d(X, W, **options)
    sizes = axes("K S P D", (3, 2), (2, 3), (1, 1), (1, 1)) | {"N": 2, "C_in": 3, "C_out": 2, "H_in": 5, "W_in": 6}
    agree("adjoint_2d", {**sizes, "H_out": 3, "W_out": 3}, {"X": X, "W": W, "G": G}, (G * forward).sum())
    back = functional.conv_transpose2d(G, W, **options)
    sizes |= {"H_in": back.shape[2], "W_in": back.shape[3], "H_out": 3, "W_out": 3}
    X = integers(2, 3, *back.shape[2:])
    agree("adjoint_2d", sizes, {"X": X, "W": W, "G": G}, (X * back).sum())


def test_gradient_of_the_kernel() -> None:
    X, W, G = integers(2, 2, 6, 5), integers(3, 2, 2, 3).requires_grad_(), integers(2, 3, 3, 2)
    output = functional.conv2d(X, W, stride=(2, 3), padding=(1, 1), dilation=(3, 1))
    sizes = axes("K S P D", (2, 3), (2, 3), (1, 1), (3, 1)) | {"N": 2, "C_in": 2, "C_out": 3, "H_in": 6, "W_in": 5}
    agree("gradient_of_the_kernel_2d", {**sizes, "H_out": 3, "W_out": 2}, {"X": X, "G": G}, gradient(output, G, W))


def test_gradients_with_groups() -> None:
    X, W = integers(2, 6, 8).requires_grad_(), integers(4, 3, 2).requires_grad_()
    output = functional.conv1d(X, W, stride=2, padding=1, dilation=3, groups=2)
    G = integers(*output.shape)
    sizes = {"g": 2, "og": 2, "cg": 3, "k": 2, "s": 2, "d": 3, "p": 1, "n": output.shape[2], "h": 8}
    of_input, of_kernel = torch.autograd.grad(output, (X, W), G)
    expected = of_kernel.reshape(2, 2, 3, 2)
    agree("gradient_of_the_kernel_grouped", {**sizes, "N": 2}, {"X": X.detach(), "G": G}, expected)
    given = {"W": W.detach(), "G": G[0]}
    agree("gradient_of_the_input_grouped", sizes, given, of_input[0].reshape(2, 3, 8))


def test_backward_of_two_layers() -> None:
    X, W1, W2 = integers(1, 14).requires_grad_(), integers(3), integers(2)
    hidden = functional.conv1d(X, W1[None, None], stride=2, padding=1)
    output = functional.conv1d(hidden, W2[None, None], stride=2, dilation=2)
    G = integers(*output.shape)
    expected = gradient(output, G, X)[0]
    sizes = {"k1": 3, "k2": 2, "s1": 2, "s2": 2, "d1": 1, "d2": 2, "p": 1, "n": output.shape[1], "h1": hidden.shape[1]}
    for t in range(14):
        agree("backward_of_a_composition", {**sizes, "t": t}, {"W1": W1, "W2": W2, "G": G[0]}, expected[t])


def test_gradient_of_average_pooling() -> None:
    X, G = integers(1, 9).requires_grad_(), integers(1, 4)
    expected = gradient(functional.avg_pool1d(X, 4, 2, 1), G, X)[0]
    sizes = {"h": 9, "k": 4, "s": 2, "p": 1, "n": 4}
    agree("gradient_of_average_pooling", sizes, {"G": G[0], "r": share(4)}, expected)


# ------------------------------------------------------------------ counts and shapes


@pytest.mark.parametrize(("h", "k", "s", "d", "p"), [(9, 3, 2, 2, 1), (5, 5, 3, 1, 0), (8, 2, 4, 3, 2)])
def test_output_sizes_and_taps(h: int, k: int, s: int, d: int, p: int) -> None:
    ones = functional.conv1d(torch.ones(1, h), torch.ones(1, 1, k), stride=s, padding=p, dilation=d)
    n = ones.shape[1]
    sizes = {"h": h, "k": k, "s": s, "d": d}
    agree("output_positions", {**sizes, "p": 2 * p}, {}, torch.tensor(n))
    agree("taps_on_the_input", {**sizes, "p": p, "n": n}, {}, ones.sum())
    transposed = functional.conv_transpose1d(torch.ones(1, n), torch.ones(1, 1, k), stride=s, padding=p, dilation=d)
    sizes |= {"p": p}
    agree("transposed_shape_round_trip", sizes, {}, torch.tensor(h))
    rest = h - transposed.shape[1]
    if rest < s:
        back = functional.conv_transpose1d(torch.ones(1, n), torch.ones(1, 1, k), None, s, p, rest, dilation=d)
        assert back.shape[1] == h


def test_macs() -> None:
    X, W = torch.ones(2, 3, 7, 6), torch.ones(4, 3, 3, 2)
    output = functional.conv2d(X, W, stride=2)  # every product is 1
    sizes = {"N": 2, "C_in": 3, "C_out": 4, "K_h": 3, "K_w": 2, "H_out": output.shape[2], "W_out": output.shape[3]}
    agree("macs_2d", sizes, {}, output.sum())
    agree("parameters_2d", {name: sizes[name] for name in ("C_in", "C_out", "K_h", "K_w")}, {}, W.sum() + 4)


# ------------------------------------------------------------------ structure


def test_groups() -> None:
    X, W = integers(4, 6, 5), integers(6, 2, 2, 3)
    expected = functional.conv2d(X, W, stride=(1, 2), padding=(1, 1), dilation=(2, 1), groups=2)
    sizes = axes("K S P D", (2, 3), (1, 2), (1, 1), (2, 1)) | {"g": 2, "cg": 2, "og": 3, "H_in": 6, "W_in": 5}
    sizes |= {"H_out": expected.shape[1], "W_out": expected.shape[2]}
    agree("grouped_is_block_diagonal_2d", sizes, {"X": X, "W": W}, expected)


def test_depthwise() -> None:
    X, W = integers(3, 9), integers(3, 1, 2)
    expected = functional.conv1d(X, W, stride=2, padding=1, dilation=2, groups=3)
    sizes = {"C": 3, "h": 9, "k": 2, "s": 2, "p": 1, "d": 2, "n": expected.shape[1]}
    agree("depthwise_is_diagonal", sizes, {"X": X, "W": W[:, 0]}, expected)
    W = integers(6, 1, 2)
    expected = functional.conv1d(X, W, stride=2, dilation=3, groups=3)
    sizes = {"C": 3, "m": 2, "k": 2, "s": 2, "d": 3, "n": expected.shape[1]}
    agree("depthwise_multiplier", sizes, {"X": X, "W": W[:, 0]}, expected)


def test_depthwise_separable() -> None:
    X, D, M = integers(3, 5, 6), integers(3, 1, 3, 2), integers(2, 3)
    hidden = functional.conv2d(X, D, stride=2, padding=(1, 0), groups=3)
    expected = functional.conv2d(hidden, M[:, :, None, None])
    sizes = axes("K S P D", (3, 2), (2, 2), (1, 0), (1, 1)) | {"C_in": 3, "C_out": 2, "H_in": 5, "W_in": 6}
    sizes |= {"H_out": expected.shape[1], "W_out": expected.shape[2]}
    agree("depthwise_separable_is_rank_one", sizes, {"X": X, "D": D[:, 0], "M": M}, expected)


def test_separable_kernel() -> None:
    X, U, V = integers(5, 6), integers(3), integers(2)
    expected = functional.conv2d(X[None], torch.outer(U, V)[None, None], stride=(1, 2), padding=1, dilation=(2, 1))[0]
    sizes = axes("K S P D", (3, 2), (1, 2), (1, 1), (2, 1)) | {"H_in": 5, "W_in": 6}
    sizes |= {"H_out": expected.shape[0], "W_out": expected.shape[1]}
    agree("separable_kernel", sizes, {"X": X, "U": U, "V": V}, expected)


def test_concatenations() -> None:
    X1, X2, W1, W2 = integers(2, 7), integers(3, 7), integers(2, 2, 2), integers(2, 3, 2)
    expected = functional.conv1d(torch.cat([X1, X2]), torch.cat([W1, W2], 1), stride=2, padding=1)
    sizes = {"c1": 2, "c2": 3, "c_o": 2, "k": 2, "s": 2, "d": 1, "p": 1, "h": 7, "n": expected.shape[1]}
    agree("concatenated_inputs", sizes, {"X1": X1, "X2": X2, "W1": W1, "W2": W2}, expected)
    W1, W2 = integers(2, 2, 2), integers(3, 2, 2)
    expected = functional.conv1d(X1, torch.cat([W1, W2]), stride=2, padding=1)[2:]
    sizes = {"c1": 2, "c2": 3, "c_i": 2, "k": 2, "s": 2, "d": 1, "p": 1, "h": 7, "n": expected.shape[1]}
    agree("concatenated_outputs", sizes, {"X": X1, "W1": W1, "W2": W2}, expected)


def test_channel_shuffle() -> None:
    X, W = integers(6, 9), integers(2, 6, 3)
    expected = functional.conv1d(functional.channel_shuffle(X[None], 2)[0], W, stride=2)
    sizes = {"g": 2, "m": 3, "c_o": 2, "k": 3, "s": 2, "d": 1, "n": expected.shape[1]}
    agree("channel_shuffle_in_the_kernel", sizes, {"X": X, "W": W}, expected)


def test_flipped_kernel_and_input() -> None:
    X, W = integers(2 * 3 + 2 * 2 + 1), integers(3)
    expected = functional.conv1d(X.flip(0)[None], W.flip(0)[None, None], stride=2, dilation=2)[0]
    agree("flipped_kernel_and_input", {"n": 4, "s": 2, "d": 2, "k": 3}, {"X": X, "W": W}, expected)


# ------------------------------------------------------------------ transposed layers


def test_transposed_2d() -> None:
    X, W = integers(2, 3, 4), integers(2, 3, 2, 3)
    expected = functional.conv_transpose2d(X, W, stride=(3, 2), padding=(1, 2), output_padding=(2, 1), dilation=(2, 3))
    sizes = axes("K S P D", (2, 3), (3, 2), (1, 2), (2, 3)) | {"C_in": 2, "C_out": 3, "H_in": 3, "W_in": 4}
    sizes |= {"H_out": expected.shape[1], "W_out": expected.shape[2]}
    agree("transposed_is_stuffed_and_flipped_2d", sizes, {"X": X, "W": W}, expected)


def test_transposed_with_groups() -> None:
    X, W = integers(4, 5), integers(4, 3, 2)
    expected = functional.conv_transpose1d(X, W, stride=2, padding=1, dilation=3, groups=2)
    sizes = {"g": 2, "cg": 2, "og": 3, "k": 2, "s": 2, "d": 3, "p": 1, "n": 5}
    for t in range(expected.shape[1]):
        agree("transposed_grouped", {**sizes, "t": t}, {"X": X, "W": W}, expected[:, t].reshape(2, 3))


def test_two_transposed_layers() -> None:
    X, W1, W2 = integers(1, 4), integers(3), integers(2)
    hidden = functional.conv_transpose1d(X, W1[None, None], stride=2, dilation=2)
    expected = functional.conv_transpose1d(hidden, W2[None, None], stride=3, padding=1)[0]
    sizes = {"n": 4, "k1": 3, "k2": 2, "s1": 2, "s2": 3, "d1": 2, "d2": 1, "p": 1}
    for t in range(len(expected)):
        agree("transposed_composition", {**sizes, "t": t}, {"X": X[0], "W1": W1, "W2": W2}, expected[t])


def test_upsampling() -> None:
    X = integers(2, 5)
    expected = functional.interpolate(X[None], scale_factor=3, mode="nearest")[0]
    agree("nearest_upsampling_is_transposed", {"C": 2, "s": 3, "n": 5}, {"X": X}, expected)


# ------------------------------------------------------------------ compilers


def test_space_to_depth() -> None:
    X, W = integers(2, 8, 10), integers(3, 2, 4, 6)
    sizes = {"c_i": 2, "c_o": 3, "s": 2, "k_h": 2, "k_w": 3, "h": 3, "w": 3}
    agree("space_to_depth_2d", sizes, {"X": X, "W": W}, functional.conv2d(X, W, stride=2))
    blocks = functional.conv2d(functional.pixel_unshuffle(X, 2), functional.pixel_unshuffle(W, 2))
    agree("space_to_depth_2d", sizes, {"X": X, "W": W}, blocks)


def test_padding_folds() -> None:
    X, W = integers(2, 7), integers(3, 2, 3)
    expected = functional.conv1d(functional.pad(X, (2, 1)), W, stride=2, padding=1, dilation=2)
    sizes = {"c_i": 2, "c_o": 3, "k": 3, "s": 2, "d": 2, "h": 7, "lo": 2, "hi": 1, "p": 1, "n": expected.shape[1]}
    agree("pad_folds_into_the_layer", sizes, {"X": X, "W": W}, expected)


def test_residual() -> None:
    X, W = integers(3, 8), integers(3, 3, 5)
    expected = functional.conv1d(X, W, padding=4, dilation=2) + X
    agree("residual_absorbed", {"C": 3, "k": 5, "p": 2, "d": 2, "h": 8}, {"X": X, "W": W}, expected)
