"""kernel_product: against loops and PyTorch's transposed convolution, in every kind of array, bit for bit."""

from __future__ import annotations

import itertools
import math
import random
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from symconv.composition.product import METHODS, kernel_product, plan_product
from symconv.composition.symbolic_product import SymbolicKernel, symbolic
from symconv.composition.torch_product import toom_cook, transposed_convolution
from symconv.errors import ArgumentError, ShapeError
from symconv.numerics.overflow import IntegerOverflow

CONV_TRANSPOSE = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d, 3: functional.conv_transpose3d}


def dense(kernel: Any, groups: int) -> Any:
    """The block-diagonal kernel with every input channel."""
    outputs, inputs = kernel.shape[0] // groups, kernel.shape[1]
    whole = np.zeros((kernel.shape[0], inputs * groups, *kernel.shape[2:]), kernel.dtype)
    for q in range(groups):
        rows = slice(q * outputs, (q + 1) * outputs)
        whole[rows, q * inputs : (q + 1) * inputs] = kernel[rows]
    return whole


def by_loops(k1: Any, k2: Any, steps1: Any, steps2: Any, groups: tuple[int, int]) -> Any:
    """The definition, on dense kernels; then the blocks of the groups that are left."""
    first, second = dense(k1, groups[0]), dense(k2, groups[1])
    taps1, taps2 = first.shape[2:], second.shape[2:]
    moves = zip(taps1, taps2, steps1, steps2, strict=True)
    units = [math.gcd(d if a > 1 else 0, s if u > 1 else 0) or 1 for a, u, d, s in moves]
    sizes = [
        ((a - 1) * d + (u - 1) * s) // unit + 1
        for a, u, d, s, unit in zip(taps1, taps2, steps1, steps2, units, strict=True)
    ]
    whole = np.zeros((second.shape[0], first.shape[1], *sizes), first.dtype)
    for u, a in itertools.product(itertools.product(*map(range, taps2)), itertools.product(*map(range, taps1))):
        t = tuple((s * v + d * b) // unit for s, v, d, b, unit in zip(steps2, u, steps1, a, units, strict=True))
        whole[(slice(None), slice(None), *t)] += (
            second[(slice(None), slice(None), *u)] @ (first[(slice(None), slice(None), *a)])
        )
    common = math.gcd(*groups)
    rows, width = whole.shape[0] // common, whole.shape[1] // common
    return np.stack([row[(o // rows) * width : (o // rows + 1) * width] for o, row in enumerate(whole)])


def pair(seed: int) -> tuple[Any, Any, tuple[int, ...], tuple[int, ...], tuple[int, int]]:
    """Two random kernels of integers with their steps and groups."""
    choose, entries = random.Random(seed), np.random.default_rng(seed)
    dims, groups = choose.choice((1, 2, 3)), (choose.randint(1, 4), choose.randint(1, 4))
    middle = math.lcm(*groups) * choose.randint(1, 2)
    taps1, taps2, steps1, steps2 = (tuple(choose.randint(1, most) for _ in range(dims)) for most in (3, 3, 4, 4))
    k1 = entries.integers(-9, 10, (middle, choose.randint(1, 2), *taps1))
    k2 = entries.integers(-9, 10, (groups[1] * choose.randint(1, 2), middle // groups[1], *taps2))
    return k1, k2, steps1, steps2, groups


@pytest.mark.parametrize("seed", range(120))
def test_every_kind_equals_the_loops_bit_for_bit(seed: int) -> None:
    """1 to 3 axes, groups, steps: floats, integers, complex, 16-bit, NumPy, symbols' arrays."""
    k1, k2, steps1, steps2, groups = pair(seed)
    wanted = by_loops(k1, k2, steps1, steps2, groups)
    for dtype in (np.int64, np.float64, np.float32, np.complex64, np.int16, object):
        got = kernel_product(k1.astype(dtype), k2.astype(dtype), steps1, steps2, groups=groups)
        assert got.dtype == dtype
        assert got.flags.c_contiguous
        assert np.array_equal(got, wanted)
    for kind in (torch.float64, torch.float32, torch.int64, torch.int16, torch.complex64, torch.bfloat16):
        first, second = torch.from_numpy(k1).to(kind), torch.from_numpy(k2).to(kind)
        result = kernel_product(first, second, steps1, steps2, groups=groups)
        assert result.dtype == kind
        assert result.is_contiguous()
        assert torch.equal(result, torch.from_numpy(wanted).to(kind))
    plan = plan_product(k1.shape, k2.shape, steps1, steps2, groups)
    halves = torch.from_numpy(k1).double(), torch.from_numpy(k2).double()
    assert np.array_equal(transposed_convolution(plan, *halves).numpy(), wanted)
    if all(axis.step1 == axis.step2 == 1 for axis in plan.axes):
        np.testing.assert_allclose(toom_cook(plan, *halves).numpy(), wanted, atol=1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_symbolic_arrays_equal_the_loops(seed: int) -> None:
    """A SymPy array, mixed with a NumPy array: groups and steps too."""
    k1, k2, steps1, steps2, groups = pair(seed)
    array = sp.ImmutableDenseNDimArray(k1.ravel().tolist(), k1.shape)
    got = kernel_product(array, k2, steps1, steps2, groups=groups)
    assert np.array_equal(np.array(got.tolist()), by_loops(k1, k2, steps1, steps2, groups))


@pytest.mark.parametrize(("dims", "channels", "taps"), [(1, 5, 4), (1, 200, 3), (2, 40, 3), (2, 100, 3), (3, 8, 2)])
def test_equals_conv_transpose(dims: int, channels: int, taps: int) -> None:
    """Sizes on both sides of every threshold, in float64 bit for bit on integers, in float32 to 5e-6."""
    entries = torch.Generator().manual_seed(0)
    k1 = torch.randint(-9, 10, (channels, 3 * channels // 2, *(taps,) * dims), generator=entries).double()
    k2 = torch.randint(-9, 10, (channels, channels, *(3,) * dims), generator=entries).double()
    wanted = CONV_TRANSPOSE[dims](k2, k1)
    assert torch.equal(kernel_product(k1, k2), wanted)
    assert torch.equal(kernel_product(k1.float(), k2.float(), method="direct").double(), wanted)
    assert relative_error(kernel_product(k1.float(), k2.float()), wanted) < 5e-6


def relative_error(got: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((got.double() - wanted).abs().max() / wanted.abs().max())


@pytest.mark.parametrize(
    ("taps1", "taps2"),
    [
        ((2, 2), (2, 2)),
        ((3, 2), (2, 3)),
        ((3, 3), (3, 3)),
        ((3, 4), (4, 3)),
        ((5, 1), (3, 3)),
        ((3, 3, 3), (3, 3, 3)),
        ((4,), (4,)),
    ],
)
def test_toom_cook_is_accurate(taps1: tuple[int, ...], taps2: tuple[int, ...]) -> None:
    """Normal kernels in float32: below 5e-6 of the largest entry, at every supported size."""
    torch.manual_seed(0)
    k1, k2 = torch.randn(48, 48, *taps1), torch.randn(48, 48, *taps2)
    wanted = CONV_TRANSPOSE[len(taps1)](k2.double(), k1.double())
    assert relative_error(kernel_product(k1, k2, method="toom-cook"), wanted) < 5e-6


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_sixteen_bits_are_rounded_once(dtype: torch.dtype) -> None:
    """Half precision: the product in a longer type, rounded to the nearest."""
    torch.manual_seed(0)
    k1, k2 = torch.randn(4, 4, 3, 3).to(dtype), torch.randn(4, 4, 3, 3).to(dtype)
    assert torch.equal(kernel_product(k1, k2), functional.conv_transpose2d(k2.double(), k1.double()).to(dtype))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("groups", [(1, 1), (2, 1), (1, 2), (2, 2), (2, 3)])
def test_gradients_flow_to_both_kernels(method: str, groups: tuple[int, int]) -> None:
    """First derivatives by finite differences, in every way of computing."""
    middle = 2 * math.lcm(*groups)
    torch.manual_seed(0)
    k1 = torch.randn(middle, 1, 2, 3, dtype=torch.float64, requires_grad=True)
    k2 = torch.randn(groups[1], middle // groups[1], 3, 1, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b: kernel_product(a, b, groups=groups, method=method), (k1, k2))


def test_gradients_of_large_and_strided_kernels() -> None:
    """The routes of large doubles, of dilated kernels and of Toom-Cook in float32 give one gradient."""
    torch.manual_seed(0)
    k1, k2 = torch.randn(80, 80, 3, 3, requires_grad=True), torch.randn(80, 80, 3, 3, requires_grad=True)
    weight = torch.randn(80, 80, 5, 5)
    fast = torch.autograd.grad((kernel_product(k1, k2) * weight).sum(), (k1, k2))
    exact = torch.autograd.grad((kernel_product(k1.double(), k2.double()) * weight).sum(), (k1, k2))
    for ours, wanted in zip(fast, exact, strict=True):
        assert relative_error(ours, wanted.double()) < 5e-6
    small = [torch.randn(2, 2, 3, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    assert torch.autograd.gradcheck(lambda a, b: kernel_product(a, b, 2, 3), small)
    assert torch.autograd.gradgradcheck(lambda a, b: kernel_product(a, b, 2, 3), small)


def test_arguments_are_not_mutated_nor_kept() -> None:
    """Tensors and arrays, contiguous or not, stay as they were; the result shares no memory with them."""
    for seed in range(20):
        k1, k2, steps1, steps2, groups = pair(seed)
        first, second = torch.from_numpy(k1).double(), torch.from_numpy(k2).double()
        first.requires_grad_()
        before = k1.copy(), k2.copy(), first.detach().clone(), second.clone()
        kernel_product(first, second, steps1, steps2, groups=groups).detach().zero_()
        kernel_product(k1, k2, steps1, steps2, groups=groups)[...] = 0
        assert np.array_equal(k1, before[0])
        assert np.array_equal(k2, before[1])
        assert torch.equal(first, before[2])
        assert torch.equal(second, before[3])
    turned = torch.randn(3, 3, 6, 6).transpose(0, 1).to(memory_format=torch.channels_last)
    assert kernel_product(turned, turned).is_contiguous()


def test_mixed_types_are_promoted() -> None:
    """As PyTorch and NumPy promote them; parameters give tensors."""
    k1, k2 = torch.nn.Parameter(torch.ones(2, 2, 3)), torch.ones(2, 2, 3, dtype=torch.float64)
    assert kernel_product(k1, k2).dtype == torch.float64
    assert kernel_product(k1, k2.to(torch.int8)).dtype == torch.float32
    assert kernel_product(np.ones((1, 1, 2), np.float16), np.ones((1, 1, 2), np.int8)).dtype == np.float16


@pytest.mark.parametrize(
    "device", ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA"))]
)
def test_device_is_kept(device: str) -> None:
    """The result lies where the kernels lie, for floats and for integers."""
    for kind in (torch.float32, torch.float64, torch.int64):
        k1, k2 = torch.ones(4, 2, 3, 3, dtype=kind, device=device), torch.ones(2, 4, 3, 3, dtype=kind, device=device)
        result = kernel_product(k1, k2, 1, 2, groups=(2, 1))
        assert result.device == k1.device
        assert float(result.sum()) == 81 * 16


def test_depthwise_kernels_stay_small() -> None:
    """Depthwise after depthwise is depthwise; pointwise after depthwise is dense, one product an entry."""
    k1, k2, point = torch.randn(64, 1, 3, 3), torch.randn(64, 1, 3, 3), torch.randn(32, 64, 1, 1)
    assert kernel_product(k1, k2, groups=(64, 64)).shape == (64, 1, 5, 5)
    got = kernel_product(k1, point, groups=(64, 1))
    torch.testing.assert_close(got, point * k1[:, 0])
    assert plan_product(k1.shape, point.shape, groups=(64, 1)).macs == got.numel()


@given(st.integers(0, 10**6))
def test_three_kernels_are_associative(seed: int) -> None:
    """Exactly so for integers: tensors, arrays, and symbols with numbers between them."""
    choose = np.random.default_rng(seed)
    channels, taps = choose.integers(1, 4, 4), choose.integers(1, 4, (3, 2))
    kernels = [choose.integers(-9, 10, (channels[j + 1], channels[j], *taps[j])) for j in range(3)]
    for convert in (np.asarray, torch.from_numpy, partly_symbolic):
        a, b, c = map(convert, kernels)
        left, right = kernel_product(a, kernel_product(b, c)), kernel_product(kernel_product(a, b), c)
        assert bool((left == right).all()) if hasattr(left, "all") else left == right


def partly_symbolic(kernel: Any) -> Any:
    x, y = sp.symbols("x y")
    entries = [(0, x, y, sp.Rational(n, 7))[n % 4] if n % 3 else n for n in kernel.ravel().tolist()]
    return sp.ImmutableDenseNDimArray(entries, kernel.shape)


# --------------------------------------------------------------------------------------------- symbols
X, Y, Z = sp.symbols("x y z")
EXPRESSIONS = [
    X,
    Y * Z,
    2 * X - Y,
    (X + Y) ** 2,
    sp.Rational(2, 3) * Z,
    sp.sqrt(2),
    1 / X,
    sp.sin(Y),
    sp.S.Zero,
    X**Z,
    sp.I,
]


def kernel_of(choose: random.Random, shape: tuple[int, ...], pool: list[Any]) -> Any:
    return sp.ImmutableDenseNDimArray([choose.choice(pool) for _ in range(math.prod(shape))], shape)


@pytest.mark.parametrize("seed", range(12))
def test_symbolic_entries_equal_sympys_expansion(seed: int) -> None:
    """Polynomials, fractions, roots and functions: as SymPy expands the sum of products."""
    choose = random.Random(seed)
    k1, k2 = kernel_of(choose, (2, 1, 2), EXPRESSIONS), kernel_of(choose, (1, 2, 3), EXPRESSIONS)
    got = kernel_product(k1, k2, 2, 1)
    for t in range(got.shape[2]):
        terms = [k2[0, m, u] * k1[m, 0, a] for m in range(2) for u in range(3) for a in range(2) if u + 2 * a == t]
        assert got[0, 0, t] == sp.expand(sp.Add(*terms))


def test_symbolic_kernel_is_a_sympy_array() -> None:
    """Equality, hash, indexing, slices and arithmetic as those of the rendered array."""
    a, b = (sp.ImmutableDenseNDimArray(sp.symbols(f"{name}:4"), (2, 2)) for name in "ab")
    lazy = kernel_product(a, b)
    plain = lazy.render()
    assert isinstance(lazy, SymbolicKernel)
    assert type(plain) is sp.ImmutableDenseNDimArray
    assert lazy == plain
    assert plain == lazy
    assert hash(lazy) == hash(plain)
    assert lazy == kernel_product(b, a)
    assert lazy != kernel_product(a, a)
    assert lazy[0, -1] == plain[0, 2] == a[0, 1] * b[0, 1]
    assert lazy[0] == plain[0]
    assert lazy[:2, 1] == plain[:2, 1]
    assert (lazy + lazy).tolist() == (2 * plain).tolist()
    assert lazy.subs(a[0, 0], 1) == plain.subs(a[0, 0], 1)
    assert str(lazy) == str(plain)
    assert symbolic(lazy) is lazy
    with pytest.raises(IndexError):
        lazy[3, 0]


def test_symbolic_matrices_and_floats() -> None:
    """Two matrices give a matrix; SymPy's floats stay floats, and fractions fractions."""
    row, column = sp.Matrix([[X, 1]]), sp.Matrix([Y, 2])
    assert kernel_product(row, column) == sp.Matrix([[X * Y, Y], [2 * X, 2]])
    assert isinstance(kernel_product(row.as_immutable(), row.as_immutable()), sp.ImmutableMatrix)
    got = kernel_product(sp.Array([sp.Float(0.5), X]), sp.Array([sp.Rational(1, 3), 2]))
    assert got[1] == 1.0 + X / 3
    assert symbolic(sp.Array([sp.Rational(1, 3)])).polynomials == ({(): Fraction(1, 3)},)


def test_symbolic_cancellation_leaves_no_term() -> None:
    """Terms that cancel are gone: (x + y)*(x - y) as two taps."""
    got = kernel_product(sp.Array([X, Y]), sp.Array([X, -Y]))
    assert got.polynomials[1] == {}
    assert got.tolist() == [X**2, 0, -(Y**2)]


# ---------------------------------------------------------------------------------------------- refused
ONES = np.ones((2, 2, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: kernel_product(ONES, np.ones((2, 3, 3))),
            ShapeError,
            "kernels of shapes (2, 2, 3) and (2, 3, 3): do not fit: k1 writes 2 channels, k2 reads 3; "
            "pass the kernel that is applied first as k1.",
        ),
        (
            lambda: kernel_product(ONES, np.ones((2, 2, 3, 3))),
            ShapeError,
            "kernels of shapes (2, 2, 3) and (2, 2, 3, 3): are not of the same 1 to 3 spatial axes, or empty; "
            "pass (out, in/groups, *sizes) with 1 to 3 sizes, as many for both, or one or two sizes alone.",
        ),
        (
            lambda: kernel_product(ONES, np.ones((2, 1, 3)), groups=(3, 2)),
            ArgumentError,
            "groups=(3, 2): do not divide the kernels' out_channels 2 and 2; pass divisors.",
        ),
        (
            lambda: kernel_product(ONES, ONES, 0),
            ArgumentError,
            "steps1=0: is not 1 positive ints; pass a positive int, or a tuple of 1.",
        ),
        (
            lambda: kernel_product(ONES, torch.ones(2, 2, 3)),
            ArgumentError,
            "arrays of numpy and torch: do not mix; pass arrays of one kind.",
        ),
        (
            lambda: kernel_product([1, 2], ONES),
            ArgumentError,
            "array=list: is no array; pass a torch.Tensor, a numpy.ndarray or a SymPy array.",
        ),
        (
            lambda: kernel_product(ONES > 0, ONES > 0),
            ArgumentError,
            "dtype=bool: holds truth values, not numbers; pass integers or floats.",
        ),
        (
            lambda: kernel_product(ONES, ONES, method="fft"),
            ArgumentError,
            "method='fft': is not known; choose one of auto, direct, toom-cook.",
        ),
        (
            lambda: kernel_product(torch.ones(1, 1, 3), torch.ones(1, 1, 3), 2, 3, method="toom-cook"),
            ArgumentError,
            "method='toom-cook' with steps 2 and 3 to 11 taps: needs steps of 1 and at most 7 taps of K on an axis; "
            "pass method='auto'.",
        ),
    ],
)
def test_refused(call: Any, error: type[Exception], message: str) -> None:
    """One sentence: what was given, what is wrong with it, and a way out."""
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value) == message


@pytest.mark.parametrize("convert", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])
def test_overflow_is_told(convert: Any) -> None:
    """int64 beyond its bound, and shorter integers beyond their range; what fits is exact up to the last digit."""
    large = convert(np.full((1, 1, 2), 2**32))
    with pytest.raises(
        IntegerOverflow, match="reach from -36893488147419103232 to 36893488147419103232, outside int64"
    ):
        kernel_product(large, large)
    odd = convert(np.array([[[2**31 - 1, 1]]]))
    assert kernel_product(odd, odd).tolist() == [[[(2**31 - 1) ** 2, 2 * (2**31 - 1), 1]]]
    small = convert(np.array([[[100, 1]]], dtype=np.int8))
    with pytest.raises(IntegerOverflow, match="reach from 1 to 10000, outside int8"):
        kernel_product(small, small)
    assert kernel_product(large, convert(np.array([[[-1, 1]]]))).tolist() == [[[-(2**32), 0, 2**32]]]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.uint32, torch.uint64])
def test_unsigned_integers(dtype: torch.dtype) -> None:
    """Also those that PyTorch itself hardly computes with."""
    assert kernel_product(torch.tensor([1, 2]).to(dtype), torch.tensor([1, 3]).to(dtype)).tolist() == [1, 5, 6]


def test_object_arrays_are_unbounded() -> None:
    """NumPy arrays of Python ints never overflow."""
    large = np.array([2**70, 1], dtype=object)
    assert kernel_product(large, large).tolist() == [2**140, 2**71, 1]


def test_numpy_and_symbols_load_no_torch() -> None:
    """PyTorch is imported only where a tensor of it is given."""
    program = "; ".join(
        (
            "import sys, numpy, sympy",
            "from symconv.composition.product import kernel_product",
            "kernel_product(numpy.ones(3), sympy.Array([1, sympy.Symbol('x')]))",
            "print('torch' in sys.modules)",
        )
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
