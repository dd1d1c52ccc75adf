"""evaluate_statement: sizes from shapes, brackets, index expressions, pieces, and what is refused."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from sympy import Max, Min, Mod, S, floor

from symconv.errors import ArgumentError, ShapeError, StatementError
from symconv.layers import AvgPool1d, Conv1d, Conv2d, ConvTranspose1d, Linear
from symconv.numerics import tensors as module
from symconv.numerics.tensors import evaluate_statement
from symconv.statements import Access, Equal, NonNegative, Range, Statement, Term, Within, index, size
from symconv.testing.strategies import tensor_shapes

Y, U, V, H, K, L = index("y"), index("u"), index("v"), size("H"), size("K"), size("L")
X8 = np.arange(1.0, 9.0)


def one_term(term: Term, extent: Any = 8, scale: Any = None, reads: tuple[Any, ...] = (8,)) -> Statement:
    return Statement(
        Access("Y", (Y,)),
        (Range(Y, S(extent)),),
        (term,),
        (("Y", (S(extent),)), ("X", tuple(map(S, reads)))),
        scale=scale,
    )


def read(at: Any, *brackets: Any, ranges: tuple[Range, ...] = (), coefficient: Any = S.One) -> Term:
    return Term(ranges, brackets, (Access("X", (at,)),), coefficient)


TAPS = (Range(U, S(3)),)
CASES = [
    (read(Mod(Y - 2, 8)), lambda y: X8[(y - 2) % 8]),
    (read(floor(Y / 3)), lambda y: X8[y // 3]),
    (read(Max(0, Min(7, 2 * Y - 3))), lambda y: X8[max(0, min(7, 2 * y - 3))]),
    (read(7 - Y), lambda y: X8[7 - y]),
    (read(S(2)), lambda y: X8[2]),
    (read(Y + U - 1, Within(Y + U - 1, S(8)), ranges=TAPS), lambda y: sum(X8[max(0, y - 1) : y + 2])),
    (read(U, Equal(2 * U, Y), ranges=TAPS), lambda y: X8[y // 2] if y % 2 == 0 and y < 6 else 0),
    (read(Y - 3, NonNegative(Y - 3)), lambda y: X8[y - 3] if y >= 3 else 0),
    (read(Y, ranges=TAPS), lambda y: 3 * X8[y]),
    (read(Y, ranges=(Range(U, S(0)),)), lambda y: 0),
    (read(Y, coefficient=2 * Y - 5), lambda y: (2 * y - 5) * X8[y]),
    (read(Y, ranges=TAPS, coefficient=U), lambda y: 3 * X8[y]),
    (read(Y, coefficient=S(1) / (Y + 1)), lambda y: X8[y] / (y + 1)),
    (Term((), (Within(Y - 2, S(3)),), (), S(5)), lambda y: 5 * (2 <= y < 5)),
]


@pytest.mark.parametrize("convert", [np.asarray, torch.from_numpy], ids=["numpy", "torch"])
@pytest.mark.parametrize(("term", "wanted"), CASES, ids=range(len(CASES)))
def test_index_expressions_and_brackets(term: Term, wanted: Any, convert: Any) -> None:
    """Mod, floor, Max, Min, all brackets, empty and idle sums, coefficients that vary: as a loop computes them."""
    got = np.asarray(evaluate_statement(one_term(term), {"X": convert(X8)}))
    assert np.array_equal(got, [float(wanted(y)) for y in range(8)])


def test_scale_that_varies() -> None:
    """A scale may depend on the free indices."""
    got = evaluate_statement(one_term(read(Y), scale=1 / (Y + 1)), {"X": X8})
    assert np.array_equal(got, X8 / np.arange(1.0, 9.0))


@pytest.mark.parametrize(
    "layer", [Conv1d(4, 6, 3, 2, 1, groups=2, bias=False), ConvTranspose1d(4, 6, 3, 2, 1, groups=2)]
)
def test_pieces_add_up_to_the_whole(layer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few entries an array may have, the result is the same; sums and free indices are both cut."""
    random = np.random.default_rng(0)
    shapes = tensor_shapes(layer, (2, 4, 7))
    given = {name: random.integers(-4, 5, shape).astype(float) for name, shape in shapes.items()}
    whole = evaluate_statement(layer.definition, given)
    for most in (3, 10, 100, 1000):
        monkeypatch.setattr(module, "MAX_POINTS", most)
        assert np.array_equal(evaluate_statement(layer.definition, given), whole)


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No array on the way has more than MAX_POINTS entries."""
    sizes: list[int] = []

    def einsum(*operands: Any) -> Any:
        sizes.extend(part.numel() for part in operands if isinstance(part, torch.Tensor))
        return plain(*operands)

    plain = torch.einsum
    monkeypatch.setattr(module, "MAX_POINTS", 20_000)
    monkeypatch.setattr(torch, "einsum", einsum)
    x, w = torch.ones(2, 8, 32, 32), torch.ones(16, 8, 3, 3)
    result = evaluate_statement(Conv2d(8, 16, 3, padding=1, bias=False).definition, {"X": x, "W": w})
    assert float(result[0, 0, 5, 5]) == 72
    assert max(sizes) <= 20_000


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.float16])
def test_types(dtype: torch.dtype) -> None:
    """The result has the tensors' type; mixed types are promoted; parameters and gradients need no care."""
    x, w = torch.ones(1, 2, 4, dtype=dtype), torch.ones(3, 2, 3, dtype=dtype)
    statement = Conv1d(2, 3, 3, bias=False).definition
    got = evaluate_statement(statement, {"X": x, "W": w})
    assert got.dtype == dtype
    assert torch.equal(got, torch.full((1, 3, 2), 6, dtype=dtype))
    assert evaluate_statement(statement, {"X": x, "W": w.double()}).dtype == torch.float64
    parameter = torch.nn.Parameter(w.double())
    assert evaluate_statement(statement, {"X": x, "W": parameter}).shape == (1, 3, 2)


def test_keywords_give_what_no_shape_says() -> None:
    """Stride, padding and groups may stay symbols in the statement and be keywords of the call."""
    statement = Conv1d.symbolic(bias=False).definition
    given = {"X": np.ones((1, 4, 9)), "W": np.ones((2, 2, 3))}
    got = evaluate_statement(statement, given, G=2, S_l=2, P_l=1, D_l=1)
    assert np.array_equal(got[0, 0], [4, 6, 6, 6, 4])
    with pytest.raises(ArgumentError) as raised:
        evaluate_statement(statement, given, S_l=2)
    assert str(raised.value) == "D_l, G, P_l: is determined by no shape; give it as a keyword, such as D_l=1."


def test_torch_and_numpy_agree_on_random_statements() -> None:
    """Both libraries, on statements with two sums and brackets, against four nested loops."""
    random = np.random.default_rng(1)
    for s, d, p in itertools.product((1, 2), (1, 3), (-1, 0, 2)):
        x, w = random.integers(-9, 10, 8).astype(float), random.integers(-9, 10, 3).astype(float)
        cell = s * Y + d * U - p
        term = Term((Range(U, K),), (Within(cell, H),), (Access("W", (U,)), Access("X", (cell,))))
        statement = Statement(Access("Y", (Y,)), (Range(Y, S(6)),), (term,), (("Y", (S(6),)), ("X", (H,)), ("W", (K,))))
        wanted = [sum(w[u] * x[c] for u in range(3) if 0 <= (c := s * y + d * u - p) < 8) for y in range(6)]
        assert np.array_equal(evaluate_statement(statement, {"X": x, "W": w}), wanted)
        tensors = {"X": torch.from_numpy(x), "W": torch.from_numpy(w)}
        assert np.array_equal(evaluate_statement(statement, tensors).numpy(), wanted)


CONV = Conv1d(2, 3, 3, bias=False).definition


@pytest.mark.parametrize(
    ("statement", "given", "error", "message"),
    [
        (
            CONV,
            {"X": np.ones((1, 2, 5)), "W": np.ones((3, 2, 4))},
            ShapeError,
            "W.shape[2]=4: must equal 3; pass tensors whose shapes agree.",
        ),
        (
            CONV,
            {"X": np.ones((1, 2)), "W": np.ones((3, 2, 3))},
            ShapeError,
            "X of shape (1, 2): has 2 axes, the statement reads 3; pass a tensor of shape (N, 2, L_in).",
        ),
        (
            CONV,
            {"X": np.ones((1, 2, 2)), "W": np.ones((3, 2, 3))},
            ShapeError,
            "Y.shape[2] = L_in - 2: is 0, which is no size; pass larger tensors.",
        ),
        (
            CONV,
            {"X": np.ones((1, 2, 5))},
            ArgumentError,
            "tensors without 'W': lack what the statement reads; pass 'W' too.",
        ),
        (
            CONV,
            {"X": [[[1.0]]], "W": np.ones((3, 2, 3))},
            ArgumentError,
            "X=list: is no tensor; pass a torch.Tensor or a numpy.ndarray.",
        ),
        (
            CONV,
            {"X": torch.ones(1, 2, 5), "W": np.ones((3, 2, 3))},
            ArgumentError,
            "tensors W, X: are of PyTorch and of NumPy; pass all of them of one kind.",
        ),
        (
            Linear("C_in", "C_in", bias=False).definition,
            {"X": np.ones((1, 2)), "W": np.ones((2, 3))},
            ShapeError,
            "W.shape[1]=3: must equal C_in=2; pass tensors whose shapes agree.",
        ),
        (
            AvgPool1d(2).definition,
            {"X": np.ones((1, 1, 4), dtype=np.int64)},
            ArgumentError,
            "the factor 1/2: is a fraction, and the tensors are integers; pass floats.",
        ),
        (
            one_term(read(Y + 1)),
            {"X": X8},
            StatementError,
            "X[..., y + 1, ...]: leaves the axis of length 8 where no bracket is 0; "
            "put a bracket on the index, or pass a larger tensor.",
        ),
        (
            one_term(read(Y - 1, Within(Y, S(1)))),
            {"X": X8},
            StatementError,
            "X[..., y - 1, ...]: leaves the axis of length 8 where no bracket is 0; "
            "put a bracket on the index, or pass a larger tensor.",
        ),
    ],
)
def test_refused(statement: Statement, given: dict[str, Any], error: type[Exception], message: str) -> None:
    """Contradictions, missing tensors and reads out of bounds are told in one sentence."""
    with pytest.raises(error) as raised:
        evaluate_statement(statement, given)
    assert str(raised.value) == message


def test_out_of_bounds_under_a_bracket_is_no_read() -> None:
    """An index may leave the tensor where a bracket is 0, also a bracket on other indices than its own."""
    brackets = (Equal(U, S(0)), Within(Y, S(7)))
    term = read(Y + 1 + 5 * U, *brackets, ranges=TAPS)
    assert np.array_equal(evaluate_statement(one_term(term), {"X": X8}), [*X8[1:], 0])
