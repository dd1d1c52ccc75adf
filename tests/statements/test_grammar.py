"""The text grammar: round trips, what is refused and how fast, and the texts of the messages."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import (
    And,
    Eq,
    Expr,
    Integer,
    Le,
    Lt,
    Max,
    Min,
    Mod,
    Mul,
    Ne,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    ceiling,
    expand,
    floor,
    sstr,
)

from symconv.errors import ArgumentError, GrammarError, StatementError
from symconv.statements.functions import Gcd, TapsBelow
from symconv.statements.grammar import parse_condition, parse_formula, parse_sizes, parse_statement
from symconv.statements.language import Access, Equal, NonNegative, Range, Statement, Term, Within
from symconv.statements.symbols import index, symbol

SIZES = [symbol(name) for name in ("N", "C_in", "H_in", "K_h", "S_h", "P_h", "H")]
TABLE = {s.name: s for s in SIZES}
N, C, H_IN, K, S_H, P, H = SIZES
SHAPES = {"Y": ("N", "Z"), "X": ("N", "H"), "W": ("K",), "V": ("C", "K"), "b": ("N",), "s": ()}

leaves = st.sampled_from(SIZES) | st.integers(-9, 9).map(Integer) | st.sampled_from([Rational(1, 2), Rational(-2, 3)])


def _polynomial(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(children, children)
    return (
        pairs.map(lambda p: p[0] + p[1])
        | pairs.map(lambda p: p[0] - p[1])
        | pairs.map(lambda p: p[0] * p[1])
        | st.tuples(children, st.integers(0, 3)).map(lambda p: p[0] ** p[1])
    )


polynomials = st.recursive(leaves, _polynomial, max_leaves=8)
affine = st.lists(leaves, min_size=1, max_size=3).map(lambda parts: sum(parts, S.Zero))


def _closed_form(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    whole = st.sampled_from(SIZES)
    return st.one_of(
        st.tuples(children, children).map(lambda p: p[0] + p[1]),
        st.tuples(children, children).map(lambda p: p[0] * p[1]),
        st.tuples(children, whole).map(lambda p: floor(p[0] / p[1])),
        st.tuples(affine, whole).map(lambda p: ceiling(p[0] / p[1])),
        st.tuples(affine, whole).map(lambda p: Mod(p[0], p[1])),
        st.tuples(affine, affine).map(lambda p: Max(0, p[0], p[1])),
        st.tuples(affine, affine).map(lambda p: Min(*p)),
        st.tuples(whole, whole).map(lambda p: Gcd(*p)),
        st.tuples(whole, st.sampled_from([1, 2, -1, -2])).map(lambda p: p[0] ** p[1]),
        st.tuples(whole, whole, whole, whole, whole).map(lambda p: TapsBelow(p[0] - p[1], *p[1:])),
        st.tuples(affine, affine, whole, whole).map(lambda p: Piecewise((p[0], p[2] > p[3]), (p[1], True))),
    )


closed_forms = st.recursive(affine, _closed_form, max_leaves=4)


def _value(e: Expr, values: dict[Any, int]) -> Any:
    return e.subs(values)


@given(polynomials)
@settings(max_examples=150, deadline=None)
def test_polynomials_come_back_exactly(e: Expr) -> None:
    assume(all(power.exp <= 16 for power in e.atoms(Pow) | expand(e).atoms(Pow)))
    back = parse_formula(sstr(e), TABLE)
    assert expand(back - e) == 0
    assert parse_formula(sstr(expand(e)), TABLE) == expand(e)


@given(closed_forms, st.lists(st.integers(1, 9), min_size=7, max_size=7))
@settings(max_examples=150, deadline=None)
def test_closed_forms_come_back(e: Expr, numbers: list[int]) -> None:
    back = parse_formula(sstr(e), TABLE)
    values = dict(zip(SIZES, numbers, strict=True))
    assert back == e or expand(back - e) == 0 or _value(back, values) == _value(e, values)


comparisons = st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), affine, affine)


@given(st.lists(comparisons, min_size=1, max_size=3), st.lists(st.integers(1, 6), min_size=7, max_size=7))
@settings(max_examples=80, deadline=None)
def test_conditions_mean_what_python_means(parts: list[tuple[str, Expr, Expr]], numbers: list[int]) -> None:
    values = dict(zip(SIZES, numbers, strict=True))
    text = " and ".join(f"not ({sstr(a)} {op} {sstr(b)})" for op, a, b in parts)
    test: dict[str, Callable[[Any, Any], bool]] = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
    }
    wanted = all(not test[op](_value(a, values), _value(b, values)) for op, a, b in parts)
    assert bool(parse_condition(text, TABLE).subs(values)) == wanted


# ------------------------------------------------------------------ statements


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    free = tuple(Range(index(n), draw(st.sampled_from(SIZES))) for n in ("n", "y")[: draw(st.integers(0, 2))])

    def formula(bound: tuple[Range, ...]) -> Expr:
        names = [r.index for r in (*free, *bound)]
        e = draw(affine)
        for v in draw(st.lists(st.sampled_from(names), max_size=2)) if names else []:
            e = e + draw(st.sampled_from([1, -1, 2, S_H])) * v
        return Mod(e, H) if draw(st.integers(0, 4)) == 0 else e

    terms = []
    for _ in range(draw(st.integers(1, 3))):
        bound = tuple(Range(index(n), draw(affine)) for n in ("u", "i")[: draw(st.integers(0, 2))])
        brackets = draw(st.lists(st.sampled_from("wen"), max_size=2))
        terms.append(
            Term(
                bound,
                tuple(
                    Within(formula(bound), draw(affine))
                    if b == "w"
                    else Equal(formula(bound), formula(bound))
                    if b == "e"
                    else NonNegative(formula(bound))
                    for b in brackets
                ),
                (Access("W", (formula(bound),)), Access("X", (formula(bound), formula(bound))))[
                    : draw(st.integers(1, 2))
                ],
                draw(affine),
            )
        )
    return Statement(
        Access("Y", tuple(r.index for r in free)),
        free,
        tuple(terms),
        (("Y", tuple(r.extent for r in free)), ("W", (K,)), ("X", (N, H_IN + 1))),
        scale=draw(st.none() | affine),
    )


@given(statements())
@settings(max_examples=120, deadline=None)
def test_statements_come_back_exactly(s: Statement) -> None:
    assert parse_statement(str(s), dict(s.shapes), TABLE) == s


def _terms(right: str) -> tuple[Term, ...]:
    return parse_statement(f"s[] = {right}", SHAPES, TABLE).terms


def test_the_whole_form() -> None:
    text = "for n < N, y < Z: Y[n, y] = (scale)*(b[n] + sum(u < K) W[u]*X[n, y + u]*[0 <= y + u < H])"
    s = parse_statement(text, SHAPES)
    n, y, u = map(index, "nyu")
    size = symbol("K")
    taps = Term((Range(u, size),), (Within(y + u, H),), (Access("W", (u,)), Access("X", (n, y + u))))
    assert s == Statement(
        Access("Y", (n, y)),
        (Range(n, N), Range(y, symbol("Z"))),
        (Term((), (), (Access("b", (n,)),)), taps),
        tuple((t, tuple(parse_formula(e) for e in extents)) for t, extents in SHAPES.items()),
        scale=symbol("scale"),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sum(i <= c) W[i]", "sum(i < c + 1) W[i]"),
        ("sum(i < c) sum(u < k) V[i, u]", "sum(i < c, u < k) V[i, u]"),
        ("sum(i < c) W[i] - W[0]", "(-1)*W[0] + sum(i < c) W[i]"),
        ("-W[0]*X[0, 1]", "(-1)*W[0]*X[0, 1]"),
        ("- eta*W[0]", "(-eta)*W[0]"),
        ("W[0]*2/3", "(2/3)*W[0]"),
        ("2*sum(i < 3) 5*W[i]", "sum(i < 3) (10)*W[i]"),
        ("-sum(i < 3) W[i]", "sum(i < 3) (-1)*W[i]"),
        ("2*(W[0] + W[1]) + s[]", "(2)*W[0] + (2)*W[1] + s[]"),
        ("(W[0] + W[1])*W[2]", "W[0]*W[2] + W[1]*W[2]"),
        ("[a == b]*W[0]", "W[0]*[a = b]"),
        ("[a >= b]", "[a - b >= 0]"),
        ("[a <= b]", "[b - a >= 0]"),
        ("[a < b]", "[b - a - 1 >= 0]"),
        ("[a > b]", "[a - b - 1 >= 0]"),
        ("[0 <= a <= b]", "[0 <= a < b + 1]"),
        ("[b > a >= 0]", "[0 <= a < b]"),
        ("[2 <= a < b]", "[0 <= a - 2 < b - 2]"),
        ("[c < a < b]", "[0 <= a - c - 1 < b - c - 1]"),
    ],
)
def test_two_ways_to_write_terms(one: str, other: str) -> None:
    assert sorted(map(str, _terms(one))) == sorted(map(str, _terms(other)))


def test_a_sum_binds_one_product_only() -> None:
    first, second = _terms("sum(u < 3) W[u] + W[0]")
    assert (len(first.ranges), second.ranges) == (1, ())


def test_the_same_name_in_two_terms() -> None:
    first, second = _terms("sum(u < 3) W[u] + sum(u < 4) W[u]")
    assert first.ranges[0].index is second.ranges[0].index


def test_an_index_may_be_zero() -> None:
    (term,) = _terms("sum(i < 3) W[max(i, 1)]")
    assert term.factors[0].at[0] == Max(1, index("i"))


# ------------------------------------------------------------------ meanings


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2**2", -4),
        ("2^3", 8),
        ("-7//2", -4),
        ("-7 % 3", 2),
        ("2 - 3 - 4", -5),
        ("12/3/2", 2),
        ("2*7//3*2", 8),
        ("1/2 + 1/3", Rational(5, 6)),
        ("x**-2*x**2", 1),
        ("ceil(7/2) + ceiling(7/2) + floor(7/2)", 11),
        ("max(1, 5, 3) + min(4, 2) + mod(9, 4) + gcd(12, 18)", 14),
        ("taps_below(4, 1, 1, 10, 3)", 9),
        ("TapsBelow(4, 1, 1, 10, 3)", 9),
        ("Piecewise((1, 2 < 1), (2, True))", 2),
    ],
)
def test_numbers(text: str, value: Any) -> None:
    assert parse_formula(text) == value


def test_factored_products_keep_their_form() -> None:
    e = Mul(2, N + H, floor(K / S_H))
    assert parse_formula("2*(N + H)*floor(K_h/S_h)") == e
    assert parse_formula("-(N + H)*floor(K_h/S_h)") == Mul(-1, N + H, floor(K / S_H))


def test_names_have_their_roles() -> None:
    assert parse_formula("P_h") is symbol("P_h")
    assert parse_formula("x", {"x": N}) is N


def test_conditions() -> None:
    a, b, c = map(symbol, "abc")
    assert parse_condition("2 <= a < b") == And(Le(2, a), Lt(a, b))
    assert parse_condition("3 divides a") == Eq(Mod(a, 3), 0)
    assert parse_condition("a = b or a != c and not (b < c)") == Or(Eq(a, b), And(Ne(a, c), Not(b < c)))
    assert parse_condition("(a) < (b)") == (a < b)
    assert parse_condition("~(a > b) & Ne(a, c) | Eq(a, b)") == Or(And(a <= b, Ne(a, c)), Eq(a, b))
    assert parse_condition("True") is S.true


def test_sizes() -> None:
    sizes = parse_sizes("N,3,H_in,2*3")
    assert sizes == (N, 3, H_IN, 6)
    assert [type(e) for e in sizes][1::2] == [int, int]


# ------------------------------------------------------------------ hostile texts

HOSTILE = [
    "9**9**9", "x**16**16", "((x**16)**16)**16", "(" * 10_000 + "1" + ")" * 10_000, "(" * 41 + "1" + ")" * 41,
    "2**16*" * 665 + "1", "2**16*" * 200 + "1", "x+" * 1_999 + "x", "-" * 3_999 + "x", "x//" * 400 + "x",
    "(a+b+c+d+e+f+g+h)**16", "(((((a+b)**16+c)**16+d)**16)**16)", "floor(", "floor(x))", "é", "x\u200b", "\uff11+1",
    "__import__('os').system('x')", "lambda: 0", "x.y", "x[0]", "x;y", "x\x00", "'x'", "{x}", "x if y else z",
    "1/0", "x/(y - y)", "x%0", "x//0", "0**-1", "mod(x, 0)", "taps_below(4, 0, 1, 3, 2)", "taps_below(4, -1, 1, 3, 2)",
    "0.5", "1e5", "1.5e999999999", "1" * 31, "x**n", "x**17", "x**(1/2)", "2x", "x y", "", "()", "max()", "f(x)", "a<b",
    "Piecewise((1, False))", "max(" + "x-y*z," * 40 + "1)", "max(a,min(b-c,max(d-e,min(f-g,max(h,k-a)))))",
    "(" + "+".join(f"a{i}/b{i}" for i in range(20)) + ")%(" + "+".join(f"b{i}/c{i}" for i in range(20)) + ")",
    "(" + "+".join(f"a{i}/b{i}" for i in range(10)) + ")%(" + "+".join(f"b{i}/c{i}" for i in range(10)) + ")",
    "floor(" * 25 + "x" + "/y)" * 25,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t)[1:25])
@pytest.mark.parametrize("verb", [parse_formula, parse_sizes, parse_condition])
def test_hostile_texts_are_refused_fast(verb: Callable[[str], Any], text: str) -> None:
    if verb is parse_condition and text == "a<b":
        return
    began = time.perf_counter()
    with pytest.raises(GrammarError):
        verb(text)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "right",
    [
        "W[0]**2", "1/W[0]", "W[0] // 2", "W[W[0]]", "W[0", "sum(i) W[i]", "sum(i > 3) W[i]", "[a != b]",
        "[a < b < c < d]",
        "[a/2 < b]", "sum(i < 3) W[i] + W[i]", "W[i]*(sum(i < 3) W[i])", "sum(N < 3) W[N]", "sum(H < 3) W[0]",
        "(W[0] + W[1])*" * 12 + "1", "sum(i < W[0]) W[i]", "max(W[0], 1)", "floor(sum(i < 3) 1)", "W[0] W[1]", "[a]",
    ],
)  # fmt: skip
def test_bad_statements_are_refused(right: str) -> None:
    with pytest.raises(GrammarError):
        parse_statement(f"s[] = {right}", SHAPES)


@given(st.text(alphabet="xyWs[]()+-*/%^<>=!,: 019.|&~" + "sumforandnotPiecewiseMaxfloor", max_size=40))
@settings(max_examples=300, deadline=2000)
def test_any_text_is_read_or_refused(text: str) -> None:
    for verb in (parse_formula, parse_condition, parse_sizes, lambda t: parse_statement(t, SHAPES)):
        told = "."
        try:
            verb(text)
        except (GrammarError, ArgumentError, StatementError) as error:
            told = str(error)
        assert told.endswith(".")
        assert len(told) < 500


# ------------------------------------------------------------------ messages


@pytest.mark.parametrize(
    ("verb", "text", "message"),
    [
        (parse_formula, "0.5*x", "formula='0.5*x': at column 1, 0.5 is a decimal; write 1/2."),
        (
            parse_formula,
            "2*(N + 1",
            "formula='2*(N + 1': at column 9, the text ends, where ')' was expected; "
            "write integers, names, + - * / // % ** and floor, ceil, max, min, mod, gcd, taps_below.",
        ),
        (
            parse_formula,
            "N + * 2",
            "formula='N + * 2': at column 5, '*' stands where a number, a name or '(' was expected; "
            "write integers, names, + - * / // % ** and floor, ceil, max, min, mod, gcd, taps_below.",
        ),
        (
            parse_formula,
            "x.y",
            "formula='x.y': at column 2, '.' is no character of the grammar; "
            "write integers, names, + - * / // % ** and floor, ceil, max, min, mod, gcd, taps_below.",
        ),
        (
            parse_formula,
            "9**9**9",
            "formula='9**9**9': at column 2, the exponent is not an integer of at most 16; "
            "write the exponent as a number, and a larger power as a product.",
        ),
        (
            parse_formula,
            "N*sqrt(2)",
            "formula='N*sqrt(2)': at column 3, sqrt is no function of the grammar; "
            "write floor, ceil, max, min, mod, gcd or taps_below, or * for a product.",
        ),
        (
            parse_formula,
            "N + 1/0",
            "formula='N + 1/0': at column 6, / has the divisor 0; choose a divisor that is not 0.",
        ),
        (
            parse_formula,
            "naïve",
            "formula='naïve': at column 3, '\\xef' is not an ASCII character; write letters a to z, digits and signs.",
        ),
        (
            parse_formula,
            "W[0] + 1",
            "formula='W[0] + 1': at column 1, a tensor, bracket or index sum stands in a formula; "
            "use sizes and indices only.",
        ),
        (
            parse_condition,
            "a",
            "condition='a': at column 2, the text ends, where a comparison was expected; "
            "write comparisons such as 0 <= a < b, 'a divides b', and, or, not.",
        ),
        (
            parse_sizes,
            "N,,3",
            "sizes='N,,3': at column 3, ',' stands where a number, a name or '(' was expected; "
            "write formulas with commas between them, such as N,3,H_in,W_in.",
        ),
        (parse_formula, None, "formula=None: is not a text; pass a str."),
    ],
)
def test_messages(verb: Callable[[Any], Any], text: Any, message: str) -> None:
    with pytest.raises(GrammarError) as caught:
        verb(text)
    assert str(caught.value) == message


def test_a_long_text_is_shown_around_the_fault() -> None:
    with pytest.raises(GrammarError) as caught:
        parse_formula("x + " * 50 + "? + " + "x + " * 50 + "x")
    shown = str(caught.value).split("'")[1]
    assert len(shown) == 60
    assert shown.startswith("...")
    assert shown.endswith("...")
    assert 20 < shown.index("?") < 40


def test_statement_messages() -> None:
    with pytest.raises(GrammarError) as caught:
        parse_statement("s[] = sum(i < 3) W[i] + W[i]", SHAPES)
    assert str(caught.value) == (
        "statement='s[] = sum(i < 3) W[i] + W[i]': at column 11, the index i also occurs where nothing binds it; "
        "rename one of the two."
    )


def test_errors_of_others_pass_through() -> None:
    with pytest.raises(ArgumentError, match="is not a name"):
        parse_formula("floor + 1")
    with pytest.raises(StatementError, match="has no shape"):
        parse_statement("Q[] = 1", SHAPES)
    with pytest.raises(StatementError, match="bound twice"):
        parse_statement("s[] = sum(i < 3) sum(i < 4) W[i]", SHAPES)
    with pytest.raises(ArgumentError, match="is no size"):
        parse_statement("s[] = 1", {"s": (0.5,)})  # type: ignore[dict-item]
