"""``evaluate`` and ``compile`` against a plain recursive evaluation with fractions, and against Python's ints."""

from __future__ import annotations

import dataclasses
import math
import operator
import pickle
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st
from sympy import And, Eq, Max, Min, Mod, Ne, Piecewise, Rational, ceiling, floor

from symconv.errors import ArgumentError, StatementError, SymconvError
from symconv.numerics import blocks, kernels
from symconv.numerics.formulas import Formula, compile, evaluate
from symconv.numerics.integers import OPERATIONS, NoValueError
from symconv.numerics.overflow import INT64, INTERVALS, IntegerOverflow
from symconv.statements.functions import Gcd, Iverson, TapsBelow, taps_below
from symconv.statements.symbols import count, size, symbol

X, Y = sp.symbols("x y", integer=True)
N, M, P = size("n"), size("m"), count("p")
RANGES = {"x": (-9, 9), "y": (-3, 3), "n": (1, 6), "m": (1, 5), "p": (0, 4)}


def tries(examples: int) -> settings:
    """So many examples, however long SymPy takes to build them."""
    return settings(
        max_examples=examples, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
    )


# The oracle: one line for each node, fractions all the way.


def reference(e: Any, at: dict[str, int]) -> Any:
    if e.is_Symbol:
        return Fraction(at[e.name])
    if e.is_Rational:
        return Fraction(int(e.p), int(e.q))
    if e.is_Pow:
        return reference(e.base, at) ** int(e.exp)
    if isinstance(e, Piecewise):
        return next(reference(value, at) for value, condition in e.args if reference(condition, at))
    if isinstance(e, And):
        # parts that divide by zero do not matter where another part fails already
        return all(reference(part, at) for part in sorted(e.args, key=lambda part: part.has(Mod)))
    if isinstance(e, sp.ITE):
        return reference(e.args[1] if reference(e.args[0], at) else e.args[2], at)
    if e in (sp.true, sp.false):
        return bool(e)
    return NODES[e.func](*(reference(arg, at) for arg in e.args))


NODES: dict[Any, Callable[..., Any]] = {
    sp.Add: lambda *a: sum(a, Fraction(0)),
    sp.Mul: lambda *a: math.prod(a, start=Fraction(1)),
    floor: lambda a: Fraction(math.floor(a)),
    ceiling: lambda a: Fraction(math.ceil(a)),
    Max: max,
    Min: min,
    Mod: lambda a, b: a - b * math.floor(a / b),
    sp.Abs: abs,
    Gcd: lambda a, b: Fraction(math.gcd(int(a), int(b))),
    TapsBelow: lambda p, s, d, m, k: Fraction(
        sum(s * y + d * u < p for y in range(int(max(m, 0))) for u in range(int(max(k, 0))))
    ),
    Iverson: lambda v, n=None: Fraction(int(v == 0 if n is None else 0 <= v < n)),
    sp.Not: lambda a: not a,
    sp.Or: lambda *a: any(a),
    sp.Eq: operator.eq,
    sp.Ne: operator.ne,
    sp.Lt: operator.lt,
    sp.Le: operator.le,
    sp.Gt: operator.gt,
    sp.Ge: operator.ge,
}


@st.composite
def grown(draw: Any, parts: st.SearchStrategy[Any]) -> Any:
    """One node more, on smaller expressions."""
    a, b, c = draw(parts), draw(parts), draw(parts)
    makers: tuple[Callable[[], Any], ...] = (
        lambda: a + b,
        lambda: a - b - c,
        lambda: a * b,
        lambda: a * Rational(draw(st.integers(-4, 4)), draw(st.integers(1, 4))),
        lambda: a / b if b != 0 else a,
        lambda: a ** draw(st.integers(2, 3)),
        lambda: floor(a / draw(st.sampled_from((2, 3, N, M, -M)))),
        lambda: ceiling(a / draw(st.sampled_from((2, 3, N, M, Y)))),
        lambda: Max(a, b),
        lambda: Min(a, b, c),
        lambda: Mod(a, draw(st.sampled_from((2, -3, N, Y)))),
        lambda: sp.Abs(a),
        lambda: Gcd(floor(a), N),
        lambda: TapsBelow(floor(a), N, M, floor(b), P),
        lambda: Iverson(floor(a), floor(b)),
        lambda: Iverson(floor(a)),
        lambda: Piecewise((a / Y, Ne(Y, 0)), (b, a < c), (c, True)),
        lambda: Piecewise((a, And(Ne(Y, 0), Eq(Mod(X, Y), 0))), (b / N, sp.Or(a >= b, X > 2)), (c / M, True)),
        lambda: Piecewise((floor(a / (X - 1)), sp.Not(Eq(X, 1))), (b, True)),
    )
    return draw(st.sampled_from(makers))()


LEAVES = st.sampled_from((X, Y, N, M, P, sp.Integer(1), sp.Integer(3), Rational(1, 2)))
EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=8).filter(
    lambda e: not e.has(sp.zoo, sp.nan, sp.oo) and e.count_ops() < 80
)
POINTS = st.fixed_dictionaries({name: st.integers(*ends) for name, ends in RANGES.items()})


def expected(e: Any, at: dict[str, int]) -> Fraction | None:
    """The exact value, or None where there is none."""
    try:
        return Fraction(reference(e, at))
    except ZeroDivisionError:
        return None


@tries(250)
@given(EXPRESSIONS, POINTS)
def test_evaluate_is_exact(e: Any, at: dict[str, int]) -> None:
    value = expected(e, at)
    if value is None:
        with pytest.raises(ArgumentError):
            evaluate(e, at)
        return
    found = evaluate(e, at)
    assert found == Rational(value.numerator, value.denominator)
    assert type(found) is int if value.denominator == 1 else isinstance(found, Rational)


@tries(60)
@given(EXPRESSIONS, POINTS)
def test_evaluate_agrees_with_sympy(e: Any, at: dict[str, int]) -> None:
    if expected(e, at) is None:
        return
    try:
        by_sympy = e.xreplace({s: sp.Integer(at[s.name]) for s in e.free_symbols})
    except (ZeroDivisionError, TypeError):
        return  # SymPy looks at cases that are not taken
    if by_sympy.is_Rational:
        assert evaluate(e, at) == by_sympy


@tries(200)
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), st.data(), st.sampled_from((1, 3, 1000)))
def test_arrays_agree_with_one_point_at_a_time(parts: list[Any], data: Any, block: int) -> None:
    e = sp.Tuple(*parts)
    arguments = {}
    for name in sorted(s.name for s in e.free_symbols):
        shape = data.draw(st.sampled_from(((), (3,), (2, 1), (2, 3), (2, 1, 1))), label=name)
        values = data.draw(st.lists(st.integers(*RANGES[name]), min_size=6, max_size=6), label=name)
        array = np.array(values[: math.prod(shape)]).reshape(shape)
        arguments[name] = array if shape else int(array)
    shape = np.broadcast_shapes(*(np.shape(a) for a in arguments.values()))
    spread = {name: np.broadcast_to(a, shape) for name, a in arguments.items()}
    wanted = [[expected(p, {k: int(a[i]) for k, a in spread.items()}) for i in np.ndindex(shape)] for p in parts]
    formula = compile(e)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", block)
        try:
            found = formula(**arguments)
        except IntegerOverflow:
            reject()
        except ArgumentError:
            assert any(value is None or value.denominator != 1 for part in wanted for value in part)
            return
    assert [np.ravel(part).tolist() for part in found] == wanted
    assert all(np.shape(part) == shape for part in found)


@tries(100)
@given(EXPRESSIONS, POINTS, st.sets(st.sampled_from(sorted(RANGES))))
def test_partial_then_full_is_full(e: Any, at: dict[str, int], first: set[str]) -> None:
    if expected(e, at) is None:
        return
    try:
        partly = evaluate(e, {name: at[name] for name in first})
        found = evaluate(partly, at)
    except ArgumentError:
        return  # a branch that this point does not take has no value already
    assert found == evaluate(e, at)


# Overflow.

WIDE = st.integers(-(2**40), 2**40)


@tries(100)
@given(st.lists(st.tuples(st.integers(0, 2**33), st.integers(0, 2**33)), min_size=2, max_size=3))
def test_a_product_is_refused_exactly_where_int64_would_wrap(ends: list[tuple[int, int]]) -> None:
    names = [count(f"a{i}") for i in range(len(ends))]
    arguments = {s.name: np.array(end) for s, end in zip(names, ends, strict=True)}
    # all maxima meet, so that the interval is the range
    arguments = {name: np.sort(a) for name, a in arguments.items()}
    exact = [math.prod(int(a[i]) for a in arguments.values()) for i in range(2)]
    partial = [math.prod(max(end) for end in ends[:k]) for k in range(len(ends) + 1)]
    if max(partial) > INT64[1]:
        with pytest.raises(IntegerOverflow):
            compile(sp.Mul(*names))(**arguments)
    else:
        assert compile(sp.Mul(*names))(**arguments).tolist() == exact


@tries(100)
@given(st.integers(*INT64), st.integers(*INT64))
def test_a_sum_or_difference_is_refused_exactly_where_int64_would_wrap(a: int, b: int) -> None:
    for e, exact in ((X + Y, a + b), (X - Y, a - b)):
        arguments = {"x": np.array([a]), "y": np.array([b])}
        if INT64[0] <= exact <= INT64[1]:
            assert compile(e)(**arguments).tolist() == [exact]
        else:
            with pytest.raises(IntegerOverflow):
                compile(e)(**arguments)
        assert compile(e)(x=a, y=b) == exact


@tries(150)
@given(EXPRESSIONS, st.lists(st.tuples(WIDE, WIDE, WIDE, WIDE), min_size=1, max_size=3))
def test_never_a_wrong_number(e: Any, rows: list[tuple[int, ...]]) -> None:
    points = [dict(zip("xynm", (x, y, abs(n) + 1, abs(m) + 1), strict=True)) | {"p": 3} for x, y, n, m in rows]
    arrays = {s.name: np.array([at[s.name] for at in points]) for s in e.free_symbols}
    try:
        found = compile(e)(**arrays)
    except SymconvError:
        return
    assert np.ravel(found).tolist() == [evaluate(e, at) for at in (points if arrays else points[:1])]


EDGES = st.one_of(st.integers(-6, 6), st.sampled_from((*INT64, 2**62, -(2**31))))


@tries(300)
@given(st.sampled_from(sorted(set(INTERVALS) - {"taps", "require", "select", "exact"})), st.data())
def test_intervals_hold_every_value(op: str, data: Any) -> None:
    arity = 1 if op in ("abs", "sign", "not", "nonzero") else 2
    ranges = [tuple(sorted(data.draw(st.tuples(EDGES, EDGES)))) for _ in range(arity)]
    if op == "power":
        ranges[1] = (3, 3) if ranges[1][0] % 2 else (2, 2)
    point = [data.draw(st.integers(*ends)) for ends in ranges]
    if op in ("floordiv", "mod") and point[1] == 0:
        return
    try:
        value = OPERATIONS[op](*point)
    except NoValueError:
        return
    low, high = INTERVALS[op](*ranges)
    assert low <= value <= high


@pytest.mark.parametrize(
    ("e", "x", "y"),
    [
        (floor(X / Y), INT64[0], -1),
        (sp.Abs(X), INT64[0], 1),
        (X**2, 2**32, 1),
        (-X, INT64[0], 1),
        (Gcd(X, Y), INT64[0], 0),
    ],
    ids=str,
)
def test_edges_of_int64_are_refused(e: Any, x: int, y: int) -> None:
    arrays = {name: np.array([value]) for name, value in (("x", x), ("y", y)) if name in compile(e).parameters}
    with pytest.raises(IntegerOverflow):
        compile(e)(**arrays)
    assert compile(e)(**{name: int(a[0]) for name, a in arrays.items()}) >= 2**63


BINARY = sorted(set(INTERVALS) - {"taps", "require", "select", "exact", "power", "abs", "sign", "not", "nonzero"})


@pytest.mark.parametrize("op", BINARY)
def test_intervals_of_small_ranges_hold_every_value(op: str) -> None:
    ranges = list(combinations_with_replacement((-4, -2, -1, 0, 1, 2, 5), 2))
    for a, b in product(ranges, ranges):
        low, high = INTERVALS[op](a, b)
        for x, y in product(range(a[0], a[1] + 1), range(b[0], b[1] + 1)):
            if y or op not in ("floordiv", "mod"):
                assert low <= OPERATIONS[op](x, y) <= high


def test_the_least_int64_modulo_minus_one() -> None:
    assert compile(Mod(X, Y))(x=np.array([INT64[0], 7]), y=np.array([-1, -2])).tolist() == [0, -1]


def test_overflow_message() -> None:
    with pytest.raises(OverflowError) as error:
        compile(N * M + 1)(n=np.array([1, 2**40]), m=np.array([2**23, 3]))
    assert str(error.value) == (
        "m*n: an intermediate value can lie anywhere from 3 to 9223372036854775808, outside int64; pass smaller "
        "ranges, split the arrays, or use sc.evaluate on Python ints, which are unbounded."
    )
    assert isinstance(error.value, ValueError)


def test_correlated_terms_are_refused_though_they_would_fit() -> None:
    with pytest.raises(IntegerOverflow):
        compile(X**2 - X * Y)(x=np.array([2**31 * 2]), y=np.array([2**31 * 2]))


# TapsBelow.


@tries(100)
@given(
    st.lists(
        st.tuples(
            st.integers(-5, 10**6),
            st.integers(1, 999),
            st.integers(1, 999),
            st.integers(-1, 10**6),
            st.integers(-1, 900),
        ),
        min_size=1,
        max_size=9,
    )
)
def test_taps_below_on_arrays(rows: list[tuple[int, ...]]) -> None:
    symbols = sp.symbols("a b c d e", integer=True)
    columns = dict(zip("abcde", np.array(rows).T, strict=True))
    assert compile(TapsBelow(*symbols))(**columns).tolist() == [taps_below(*row) for row in rows]


@tries(100)
@given(st.tuples(*[st.integers(1, 2**62)] * 5))
def test_huge_taps_are_right_or_refused(row: tuple[int, ...]) -> None:
    symbols = sp.symbols("a b c d e", integer=True)
    p, s, d, m, k = row
    for sizes in (row, (p, s >> 40, d >> 40, m >> 40, k >> 31), (p >> 1, s >> 33, d >> 33, m >> 31, k >> 33)):
        arrays = {name: np.array([value]) for name, value in zip("abcde", sizes, strict=True)}
        try:
            found = compile(TapsBelow(*symbols))(**arrays)
        except SymconvError:
            continue
        assert found.tolist() == [taps_below(*sizes)]


@pytest.mark.parametrize("row", [(9, 2**40, 1, 2**30, 2), (2**33, 1, 1, 2**30, 2**32), (2**62, 2**40, 1, 1, 2**30)])
def test_taps_whose_intermediate_values_would_wrap_are_refused(row: tuple[int, ...]) -> None:
    symbols = sp.symbols("a b c d e", integer=True)
    arrays = {name: np.array([value]) for name, value in zip("abcde", row, strict=True)}
    with pytest.raises(IntegerOverflow, match="TapsBelow"):
        compile(TapsBelow(*symbols))(**arrays)


def test_taps_below_needs_a_positive_stride() -> None:
    with pytest.raises(ArgumentError, match=r"at p=3, s=0: needs a positive stride and a positive dilation; choose"):
        compile(TapsBelow(sp.Symbol("p"), sp.Symbol("s"), 1, 2, 3))(p=np.array([4, 3]), s=np.array([1, 0]))


def test_euclid_on_arrays_needs_no_loop_over_terms() -> None:
    one = np.array([1])
    found = kernels.floor_sum(one * 10**6, one * 3, one * 1, one * 7)
    assert found.tolist() == [sum((3 * i + 1) // 7 for i in range(10**6))]


# Exact division, branches and messages.

C_IN, G = symbol("C_in"), symbol("G")


def message(run: Callable[[], Any], kind: type[Exception] = ArgumentError) -> str:
    with pytest.raises(kind) as error:
        run()
    return str(error.value)


def test_the_first_inexact_quotient_is_named() -> None:
    told = message(lambda: compile(N * C_IN / G)(n=1, C_in=np.array([4, 3, 5]), G=np.array([2, 2, 2])))
    assert told == (
        "C_in*n/G at C_in=3, G=2, n=1: is not an integer; choose values that divide without a remainder, or use "
        "sc.evaluate, which returns exact fractions."
    )
    assert told == message(lambda: compile(N * C_IN / G)(n=1, C_in=3, G=2))


@pytest.mark.parametrize("block", [1, 4, 1000])
def test_an_inexact_quotient_is_found_in_any_block(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(blocks, "BLOCK", block)
    c_in, g = np.full((5, 7), 6), np.array([[1], [2], [3], [6], [6]])
    c_in[3, 4] = 8
    assert message(lambda: compile(C_IN / G)(C_in=c_in, G=g)).startswith("C_in/G at C_in=8, G=6: ")


def test_the_product_counts_not_its_factors() -> None:
    assert compile(C_IN / G * N)(C_in=np.array([3]), G=2, n=4).tolist() == [6]
    assert evaluate(C_IN / G, C_in=3, G=2) == Rational(3, 2)


def test_division_by_zero_is_told_and_branches_not_taken_are_not() -> None:
    y = np.array([2, 0, -3])
    assert message(lambda: compile(floor(X / Y))(x=7, y=y)) == (
        "1/y at y=0: divides by zero; choose values with a denominator other than 0."
    )
    guarded = Piecewise((floor(7 / Y) + X / Y, Ne(Y, 0)), (-1, True))
    assert compile(guarded)(x=6, y=y).tolist() == [6, -1, -5]
    assert compile(And(Ne(Y, 0), Eq(Mod(X, Y), 0)))(x=6, y=y).tolist() == [True, False, True]


def test_inexact_quotients_in_branches_not_taken() -> None:
    halves = Piecewise((Gcd(N / 2, M), Eq(Mod(N, 2), 0)), (0, True))
    assert compile(halves)(n=np.array([4, 5, 12]), m=6).tolist() == [2, 0, 6]
    assert [evaluate(halves, n=n, m=6) for n in (4, 5, 12)] == [2, 0, 6]


def test_no_case_holds() -> None:
    e = Piecewise((1, X > 3), (2, X < 1))
    assert compile(e)(x=np.array([5, 0])).tolist() == [1, 2]
    assert "at x=2: has no case for these values" in message(lambda: compile(e)(x=np.array([5, 2])))
    assert "at x=2: has no case for these values" in message(lambda: evaluate(e, x=2))


def test_rational_coefficients() -> None:
    x = np.array([-3, 0, 4, 2**30])
    assert compile(X**2 / 2 + X / 2)(x=x).tolist() == [v * (v + 1) // 2 for v in x.tolist()]
    assert compile(X * (X + 1) / 2)(x=x).tolist() == [v * (v + 1) // 2 for v in x.tolist()]


def test_iverson_of_fractions() -> None:
    e = (Iverson(X / 2, N), Iverson(X / 2), Iverson(1 / X, N / 3))
    found = compile(e)(x=np.array([-1, 1, 2, 9]), n=4)
    assert [part.tolist() for part in found] == [[0, 1, 1, 0], [0, 0, 0, 0], [0, 1, 1, 1]]


def test_powers_in_denominators() -> None:
    e = (1 / X**2 + Y / X, 1 / X + Y / X**2, 1 / (2 * X**3) - 1 / (3 * X))
    assert evaluate(e, x=-2, y=3) == (Rational(-5, 4), Rational(1, 4), Rational(5, 48))
    assert compile(1 / X**2 + Y / X)(x=np.array([-1, 1]), y=4).tolist() == [-3, 5]


def test_partial_substitution_leaves_out_what_cannot_hold() -> None:
    assert evaluate(Piecewise((Mod(X, Y), Ne(Y, 0)), (X, True)), y=0) == X
    assert evaluate(Piecewise((X, Y < 1), (Mod(X, Y), True)), y=0) == X
    assert evaluate(And(Ne(Y, 0), Eq(Mod(X, Y), 0)), y=0) is False
    assert evaluate(sp.ITE(Y > 0, Eq(Mod(X, Y), 0), X > 1), y=0) == (X > 1)
    assert message(lambda: evaluate(Mod(X, Y), y=0)).startswith("Mod(x, y) at y=0: divides by zero; ")


# The arguments of evaluate.


def test_evaluate_takes_names_symbols_and_nested_tuples() -> None:
    assert evaluate((C_IN * G, [C_IN, sp.Tuple(C_IN > G, 5)], 7), {"C_in": 3, G: np.int32(2)}, extra=1.5) == (
        6,
        (3, (True, 5)),
        7,
    )
    assert evaluate(C_IN, {sp.Symbol("C_in"): sp.Integer(3)}) == 3
    assert evaluate(C_IN * G, C_in=G) == G**2
    assert evaluate(C_IN - G, C_in=G) == 0
    assert evaluate(2**70 * N, n=2**70) == 2**140
    assert evaluate(sp.Symbol("t") / 3, t=Rational(1, 2)) == Rational(1, 6)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"C_in": 0}, "C_in=0: contradicts that C_in is positive; pass 1 or more."),
        ({"p": -1}, "p=-1: contradicts that p is nonnegative; pass 0 or more."),
        ({"C_in": -N}, "C_in=-n: contradicts that C_in is positive; pass an expression that is positive."),
        ({"C_in": 3.0}, "C_in=3.0: is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": True}, "C_in=True: is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": math.nan}, "C_in=nan: is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": Rational(1, 2)}, "C_in=1/2: is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": "3"}, "C_in='3': is not an integer; pass an int (exact, of any size), no float or bool."),
        ({"C_in": N * sp.Float(2)}, "C_in=2.0*n: is not exact; pass integers and symbols only."),
        ({3: 4}, "key 3: is neither a name nor a symbol; pass {'C_in': 3}."),
    ],
    ids=str,
)
def test_evaluate_refuses_values(values: Any, told: str) -> None:
    assert message(lambda: evaluate(C_IN + count("p"), values)) == told


def test_evaluate_refuses_other_things() -> None:
    assert "is given twice" in message(lambda: evaluate(C_IN, {"C_in": 3}, C_in=3))
    assert "is not a mapping" in message(lambda: evaluate(C_IN, 3))  # type: ignore[arg-type]
    assert "is neither a SymPy expression" in message(lambda: evaluate("C_in", C_in=3))
    assert "is used in two roles" in message(lambda: evaluate(C_IN + sp.Symbol("C_in"), C_in=3))
    assert message(lambda: evaluate(N + 1 / X, x=0)).startswith("n + 1/x at x=0: divides by zero; ")


def test_more_assumptions() -> None:
    even, negative = sp.Symbol("e", even=True), sp.Symbol("k", integer=True, negative=True)
    assert message(lambda: evaluate(even, e=3)) == "e=3: contradicts that e is even; pass even values."
    assert message(lambda: evaluate(negative, k=0)) == "k=0: contradicts that k is negative; pass -1 or less."
    assert "e=3: contradicts" in message(lambda: compile(even)(e=np.array([2, 3])))


@pytest.mark.parametrize(
    "e",
    [
        sp.sqrt(N),
        2**N,
        sp.log(N),
        N * sp.Float(1.5),
        sp.Sum(X, (X, 0, N)),
        sp.pi,
        sp.oo,
        sp.I,
        sp.Or(X > 1, sp.Symbol("b")),
    ],
    ids=str,
)
def test_nodes_without_a_rule(e: Any) -> None:
    assert "; " in message(lambda: evaluate(e, n=2, x=1), StatementError)
    with pytest.raises(StatementError):
        compile(e)


def test_the_node_is_named() -> None:
    assert message(lambda: compile(N + sp.log(N)), StatementError).startswith("log 'log(n)': has no exact rule")
    assert message(lambda: compile(1.5 * N), StatementError).startswith("Float '1.5")


# The arguments of a formula.

FORMULA = compile(N * X + 1)
NO_INT = "is not an integer; pass an int (exact, of any size), no float or bool."
NO_ARRAY = "is not an array of integers; convert it with .astype('int64')."
NO_SHAPE = "do not broadcast to one shape; reshape them as NumPy would need."


def test_integers_of_every_type_and_no_axes_give_an_int() -> None:
    for n in (3, np.int8(3), np.uint64(3), sp.Integer(3), np.array(3)):
        found = FORMULA(n=n, x=2)
        assert (type(found), found) == (int, 7)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint32", "uint64", ">i4"])
def test_arrays_of_every_integer_type(dtype: str) -> None:
    n = np.array([1, 100], dtype)
    assert FORMULA(n=n, x=np.array([100], "int8")).tolist() == [101, 10001]
    assert FORMULA(n=n[::-1], x=1).dtype == np.int64


def test_the_callers_arrays_stay_as_they_are() -> None:
    n, x = np.arange(1, 7).reshape(2, 3), np.arange(3)
    n.flags.writeable = x.flags.writeable = False
    e = Max(N, X) + Piecewise((X, X > 1), (N, True)) + sp.Abs(X)
    found = compile((e, N, N))(n=n, x=x)
    assert found[1].tolist() == n.tolist()
    assert not np.shares_memory(found[1], n)
    assert not np.shares_memory(found[1], found[2])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"n": 1}, "x: has no value; pass x=... too."),
        ({"n": 1, "x": 1, "z": 2}, "z=2: is no parameter; pass n, x."),
        ({"n": 0, "x": 1}, "n=0: contradicts that n is positive; pass 1 or more."),
        ({"n": np.array([2, -4]), "x": 1}, "n=-4: contradicts that n is positive; pass 1 or more."),
        ({"n": 1.0, "x": 1}, f"n=1.0: {NO_INT}"),
        ({"n": [1], "x": 1}, f"n=[1]: {NO_INT}"),
        ({"n": np.array([1.0]), "x": 1}, f"n=array of float64: {NO_ARRAY}"),
        ({"n": np.array([True]), "x": 1}, f"n=array of bool: {NO_ARRAY}"),
        ({"n": np.array([1], object), "x": 1}, f"n=array of object: {NO_ARRAY}"),
        ({"n": np.array([2**63], "uint64"), "x": 1}, "n=9223372036854775808: does not fit int64; pass smaller values."),
        ({"n": np.ones(2, int), "x": np.ones(3, int)}, f"n of shape (2,), x of shape (3,): {NO_SHAPE}"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_formula_refuses_arguments(arguments: dict[str, Any], told: str) -> None:
    assert message(lambda: FORMULA(**arguments)) == told


def test_empty_arrays() -> None:
    found, truth = compile((N * X / 2, N > X))(n=np.ones((0, 1), int), x=np.ones(3, int))
    assert (found.shape, found.dtype, truth.shape, truth.dtype) == ((0, 3), np.int64, (0, 3), np.bool_)


def test_a_tuple_gives_a_tuple_of_one_shape() -> None:
    two = compile((N, X + 1, N > 2, 5))(n=np.array([[1], [3]]), x=np.array([1, 2]))
    assert [part.tolist() for part in two] == [
        [[1, 1], [3, 3]],
        [[2, 3], [2, 3]],
        [[False, False], [True, True]],
        [[5, 5], [5, 5]],
    ]
    assert compile((N, N > 2))(n=3) == (3, True)
    assert [type(part) for part in compile((1, sp.true))()] == [int, bool]


def test_common_parts_are_computed_once() -> None:
    part = floor((N + X) / 3)
    steps = [step.op for step in compile((part + 1, part * X)).plan.steps]
    assert sorted(steps) == ["add", "add", "floordiv", "mul"]


def test_a_formula_is_frozen_hashable_and_pickles() -> None:
    again = compile(N * X + 1)
    assert again == FORMULA
    assert hash(again) == hash(FORMULA)
    assert pickle.loads(pickle.dumps(FORMULA)) == FORMULA
    assert (repr(FORMULA), FORMULA.parameters) == ("Formula(n*x + 1, parameters=('n', 'x'))", ("n", "x"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        again.expression = N  # type: ignore[misc]
    assert isinstance(again, Formula)


def test_large_arrays_run_in_many_blocks() -> None:
    n, x = np.arange(1, 100_003), np.arange(-7, 8).reshape(-1, 1)
    found = compile(floor((N + 3 * X) / 4) - Mod(X, N) + ceiling(N / 3))(n=n, x=x)
    np.testing.assert_array_equal(found, (n + 3 * x) // 4 - x % n - (-n // 3))
