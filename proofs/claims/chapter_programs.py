"""The chapter's programs, written anew for integer arrays: what its claims about programs are decided on."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def corr2d(x: Array, k: Array) -> Array:
    """Cross-correlation of one channel, window by window.  Shapes: x (h, w), k (k_h, k_w)."""
    rows, columns = x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1
    y = np.zeros((rows, columns), x.dtype)
    for i in range(rows):
        for j in range(columns):
            y[i, j] = (x[i : i + k.shape[0], j : j + k.shape[1]] * k).sum()
    return y


def corr2d_matmul(x: Array, k: Array) -> Array:
    """Cross-correlation of one channel as a matrix product: a row of zeros and kernel entries an output value."""
    rows, columns = x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1
    matrix = np.zeros((rows * columns, x.size), x.dtype)
    for i in range(rows):
        for j in range(columns):
            window = np.zeros_like(x)
            window[i : i + k.shape[0], j : j + k.shape[1]] = k
            matrix[i * columns + j] = window.ravel()
    return (matrix @ x.ravel()).reshape(rows, columns)


def corr2d_multi_in(x: Array, k: Array) -> Array:
    """Cross-correlation of several input channels: the direct route, summed over the channels."""
    return sum((corr2d(channel, kernel) for channel, kernel in zip(x, k, strict=True)), np.zeros((), x.dtype))


def corr2d_multi_in_out(x: Array, k: Array) -> Array:
    """Several output channels: one multi-input correlation for each."""
    return np.stack([corr2d_multi_in(x, kernel) for kernel in k])


def corr2d_multi_in_out_1x1(x: Array, k: Array) -> Array:
    """A 1x1 convolution as a fully connected layer at every pixel."""
    channels, rows, columns = x.shape
    return (k.reshape(-1, channels) @ x.reshape(channels, -1)).reshape(-1, rows, columns)


def corr2d_multi_in_out_matmul(x: Array, k: Array) -> Array:
    """Several channels by the matrix route: windows unrolled into rows, kernels flattened into columns."""
    rows, columns = x.shape[1] - k.shape[2] + 1, x.shape[2] - k.shape[3] + 1
    windows = np.stack(
        [x[:, i : i + k.shape[2], j : j + k.shape[3]].ravel() for i in range(rows) for j in range(columns)]
    )
    return (windows @ k.reshape(k.shape[0], -1).T).T.reshape(-1, rows, columns)
