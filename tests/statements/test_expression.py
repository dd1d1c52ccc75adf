"""Expressions written in Python: what the operators mean, how they are written, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from sympy import And, Eq, Ge, Gt, I, Integer, Le, Lt, Mod, Ne, Or, Rational, S, Symbol, floor, oo, pi

import symconv as sc
from oracles.formulas import message, reference
from oracles.propositions import evaluate, mixed
from oracles.sums import SAMPLES, Node, Words, sums
from symconv.errors import ArgumentError, StatementError
from symconv.statements import Access, Equal, Expression, NonNegative, Range, Term, Within, index
from symconv.statements.expression import as_expression
from symconv.statements.grammar import parse_condition, parse_expression, parse_formula

i, j, u, v = sc.indices("i j u v")
K, L, n = sc.sizes("K L n")
W, X, r = sc.tensor("W"), sc.tensor("X"), sc.tensor("r")
FREE = {"K": K, "L": L, "p": sc.symbol("p", zero_allowed=True), "z": Symbol("z", integer=True)}

# ------------------------------------------------------------------ meanings


def built(node: Node, names: dict[str, Symbol]) -> Any:
    """The node with Python's operators; what has no tensors stays SymPy's."""
    match node.kind, node.parts:
        case "formula", (text,):
            return parse_formula(text, names)
        case "bracket", (text,):
            return sc.bracket(parse_condition(text, names))
        case "entry", (tensor, at):
            return sc.tensor(tensor)[tuple(parse_formula(e, names) for e in at)]
        case "total", (bound, extents, body):
            inside = {**names, **{b: sc.indices(b) for b in bound}}
            ranges = [(inside[b], parse_formula(e, names)) for b, e in zip(bound, extents, strict=True)]
            return sc.total(built(body, inside), *ranges)
        case "power", (body, exponent):
            return built(body, names) ** exponent
        case "add", (one, other):
            return built(one, names) + built(other, names)
        case "subtract", (one, other):
            return built(one, names) - built(other, names)
        case _, (one, other):
            return built(one, names) * built(other, names)


@given(sums(Words({"X": 1, "W": 2, "r": 0})), SAMPLES)
def test_operators_mean_what_their_scopes_say(tree: Node, at: dict[str, int]) -> None:
    made = as_expression(built(tree, FREE))
    assert evaluate(made, at, mixed) == tree.value(at, mixed)
    back = parse_expression(str(made), symbols=FREE)
    assert str(back) == str(made)
    assert evaluate(back, at, mixed) == evaluate(made, at, mixed)


def test_a_product_of_two_sums_over_one_index() -> None:
    product = sc.total(X[u], (u, K)) * sc.total(W[u], (u, K))
    fresh = index("u0")
    assert product.terms == (Term((Range(u, K), Range(fresh, K)), (), (Access("X", (u,)), Access("W", (fresh,)))),)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda: X[u] * sc.total(W[u], (u, K)), "sum(u0 < K) X[u]*W[u0]"),
        (lambda: sc.total(W[u], (u, K)) * X[u], "sum(u0 < K) W[u0]*X[u]"),
        (lambda: sc.total(sc.total(W[u], (u, K)), (u, L)), "sum(u < L, u0 < K) W[u0]"),
        (lambda: sc.total(W[u] * sc.total(X[u], (u, K)), (u, L)), "sum(u < L, u0 < K) W[u]*X[u0]"),
        (lambda: sc.total(X[index("K")], (index("K"), 3)) * K, "sum(K0 < 3) K*X[K0]"),
        (lambda: sc.total(X[index("u_h")], (index("u_h"), 3)) ** 2, "sum(u_h < 3, u0_h < 3) X[u_h]*X[u0_h]"),
        (lambda: sc.total(sc.total(X[index("k")], (index("k"), 3)), (u, "k")), "sum(u < k, k0 < 3) X[k0]"),
        (lambda: sc.total(X[i, u], (u, K), (i, "L")), "sum(u < K, i < L) X[i, u]"),
        (lambda: sc.total(3, (u, K)), "sum(u < K) 3"),
        (lambda: sc.total(X[u]), "X[u]"),
        (lambda: r[()] * X[-1], "r[]*X[-1]"),
        (lambda: X[i, j + 2 * u], "X[i, j + 2*u]"),
        (lambda: X[floor(i / K), Mod(i, K)], "X[floor(i/K), Mod(i, K)]"),
        (lambda: X[0] - X[0], "X[0] - X[0]"),
        (lambda: X[0] * 0, "0"),
        (lambda: X[0] * (K + L) - 2 * X[1] + Rational(1, 2), "(K + L)*X[0] - 2*X[1] + 1/2"),
        (lambda: -K * X[0] / L, "-K/L*X[0]"),
        (lambda: X[0] * (K - L) * -1, "(L - K)*X[0]"),
        (lambda: (X[0] + 1) ** 2, "X[0]*X[0] + X[0] + X[0] + 1"),
    ],
)
def test_texts(made: Callable[[], Expression], text: str) -> None:
    assert str(made()) == repr(made()) == text
    table = {"i": i, "j": j, "u": u}
    if "K0" not in text:
        assert str(parse_expression(text, symbols={k: s for k, s in table.items() if f"{k} <" not in text})) == text


LEFT = (2, Integer(2), Fraction(1, 2), Rational(1, 2), K, K + L, S.Half * K, np.int64(3))


@pytest.mark.parametrize("left", LEFT, ids=lambda left: f"{type(left).__name__} {left}")
def test_numbers_and_formulas_stand_on_either_side(left: Any) -> None:
    at = {"K": 2, "L": 5}
    value, entry = evaluate(as_expression(left), at, mixed), mixed("X", (1,))
    for made, wanted in (
        (left + X[1], value + entry),
        (X[1] + left, entry + value),
        (left - X[1], value - entry),
        (X[1] - left, entry - value),
        (left * X[1], value * entry),
        (X[1] * left, entry * value),
        (X[1] / left, entry / value),
        (-X[1], -entry),
    ):
        assert isinstance(made, Expression)
        assert evaluate(made, at, mixed) == wanted


def test_equality_is_of_what_is_written() -> None:
    assert X[i + 1] == X[1 + i]
    assert hash(X[i] * K) == hash(K * X[i])
    assert X[0] + X[1] != X[1] + X[0]
    assert X[0] != K


# ------------------------------------------------------------------ brackets

VALUES = tuple({"i": a, "j": b, "K": c, "L": 2} for a in range(4) for b in range(3) for c in range(1, 4))


@pytest.mark.parametrize(
    "condition",
    [
        Eq(i, j), Ne(i, j), i >= j, i > j, i <= j, i < j, And(i >= 1, i - 1 < K), And(i >= j, Ne(i, 2), j < K),
        And(Ge(i, 2), Lt(i, K), evaluate=False), And(Gt(i, j), Le(i, K)), And(Ne(i, j), Ne(i, K)),
        And(Gt(i, j), Lt(i, K)), And(Ge(i, j), Le(i, K)),
        S.true, S.false, True, False, Eq(2 * i + 1, 2 * j), Ge(i, 0),
    ],
    ids=str,
)  # fmt: skip
def test_a_bracket_is_1_or_0(condition: Any) -> None:
    made = sc.bracket(condition)
    for at in VALUES:
        holds = condition if isinstance(condition, bool) else reference(condition, at)
        assert evaluate(made, at, mixed) == int(holds)


def test_several_conditions_are_one_bracket() -> None:
    value = i + u - L
    (term,) = sc.bracket(value >= 0, value < K).terms
    assert term.brackets == (Within(value, K),)
    (term,) = sc.bracket(value < K, value >= i - n, Eq(i, u)).terms
    assert term.brackets == (Equal(i, u), Within(value - i + n, K - i + n))
    (term,) = sc.bracket(value < K).terms
    assert term.brackets == (NonNegative(K - value - 1),)
    assert sc.bracket() == as_expression(1)
    assert sc.bracket(value >= 0, False) == Expression()
    assert str(sc.bracket(Ne(i, j))) == "1 - [i = j]"


# ------------------------------------------------------------------ names


def test_names() -> None:
    assert sc.indices("i") is index("i")
    assert sc.indices("i,") == (index("i"),)
    assert sc.indices("i, j u") == tuple(map(index, "iju"))
    assert sc.sizes("K") is sc.symbol("K")
    assert sc.sizes("K P_h") == (sc.symbol("K"), sc.symbol("P_h"))


# ------------------------------------------------------------------ LaTeX


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (sc.total(W[u] * X[i + u], (u, K)), r"\sum_{u < K} \,W_{u}\,X_{i + u}"),
        (sc.tensor("W2")[u] - 2 * r[()], r"W^{(2)}_{u}-2\,r"),
        (sc.tensor("dX")[u] + sc.tensor("mask_a")[0], r"\mathrm{d}X_{u}{} + \mathrm{mask}^{(a)}_{0}"),
        (Expression(), "0"),
    ],
)
def test_latex(expression: Expression, latex: str) -> None:
    assert expression.latex() == latex
    assert expression._repr_latex_() == rf"$\displaystyle {latex}$"


# ------------------------------------------------------------------ refusals


def bound_twice() -> Term:
    return Term((Range(u, K), Range(u, L)), (), ())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: X[0] * 0.5, "value=0.5: is no formula of sizes and indices; "
         "write it with sc.indices, sc.sizes, integers and fractions."),
        (lambda: True * X[0], "value=True: is no formula of sizes and indices; "
         "write it with sc.indices, sc.sizes, integers and fractions."),
        (lambda: X[0] * pi, "value=pi: has pi, which is no formula of the grammar; "
         "write integers, fractions, + - * / **, floor, ceiling, Max, Min and Mod."),
        (lambda: X[0] * K**L, "value=K**L: has K**L, which is no formula of the grammar; "
         "write integers, fractions, + - * / **, floor, ceiling, Max, Min and Mod."),
        (lambda: X[0] * oo, "value=oo: has oo, which is no formula of the grammar; "
         "write integers, fractions, + - * / **, floor, ceiling, Max, Min and Mod."),
        (lambda: X[0] + I, "value=I: has I, which is no formula of the grammar; "
         "write integers, fractions, + - * / **, floor, ceiling, Max, Min and Mod."),
        (lambda: X[Symbol("x")], "name='x': stands for no integer; make it with sc.indices or sc.sizes."),
        (lambda: X[S.Half], "index=1/2: is no integer; write it with integers, and a quotient as floor(...)."),
        (lambda: X["i"], "index='i': is no formula of sizes and indices; "
         "write it with sc.indices, sc.sizes, integers and fractions."),
        (lambda: X[0] / 0, "divisor=0: is 0; choose a divisor that is not 0."),
        (lambda: X[0] ** 0, "exponent=0: is no integer from 1 to 16; write a larger power as a product."),
        (lambda: X[0] ** K, "exponent=K: is no integer from 1 to 16; write a larger power as a product."),
        (lambda: (X[0] + X[1]) ** 9, "terms=512: are more than 500 in a product that is multiplied out; "
         "write fewer sums as factors."),
        (lambda: sc.total(X[u], (K, 3)), "index=K: is no index; make it with sc.indices."),
        (lambda: sc.total(X[u], (3, K)), "index=3: is no index; make it with sc.indices."),
        (lambda: sc.total(X[u], u), "range=u: is no pair of an index and its extent; write (u, K)."),
        (lambda: sc.total(X[u], (u, S.Half)), "extent=1/2: is no integer; "
         "write it with integers, and a quotient as floor(...)."),
        (lambda: sc.total(X[u], (u, K), (u, L)), "index='u': is bound twice in one term; "
         "rename one of the two indices."),
        (lambda: Expression((bound_twice(),)), "index='u': is bound twice in one term; rename one of the two indices."),
        (lambda: sc.total(sc.total(X[u], (u, i)), (i, K)), "extent=i: depends on the index i; "
         "state the extent in sizes only and restrict the index by a bracket."),
        (lambda: sc.total(X[u] * sc.symbol("u"), (u, K)), "name='u': is a size and also an index; "
         "rename one of the two."),
        (lambda: sc.bracket(Or(Eq(i, 1), Eq(i, 2))), "condition=Eq(i, 1) | Eq(i, 2): is no comparison, and no And of "
         "comparisons; write Eq(a, b), a >= b, a < b or And(...); for 'or' add brackets that exclude each other."),
        (lambda: sc.bracket(i < Symbol("x")), "name='x': stands for no integer; make it with sc.indices or sc.sizes."),
        (lambda: sc.bracket(i < K / 2), "condition=i < K/2: needs integers on both sides; "
         "write it with >=, or together with 0 <= ... as one interval."),
    ],
)  # fmt: skip
def test_messages(make: Callable[[], Any], words: str) -> None:
    assert message(make, StatementError) == words


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: sc.indices(""), "names='': has no name in it; write names such as 'i j u'."),
        (lambda: sc.indices(3), "names=3: has no name in it; write names such as 'i j u'."),
        (lambda: sc.indices("C_in"), "index='C_in': is the standard name of a positive size; "
         "give the index another name."),
        (lambda: sc.tensor("a b"), "tensor='a b': is not a name (a letter, then letters, digits and _, at most 64, no "
         "word of the grammar); pass an int, one name such as 'C_in', or an expression of sc.symbol(...)."),
        (lambda: sc.sizes("K sum"), "name='sum': is not a name (a letter, then letters, digits and _, at most 64, no "
         "word of the grammar); pass an int, one name such as 'C_in', or an expression of sc.symbol(...)."),
    ],
)  # fmt: skip
def test_messages_about_names(make: Callable[[], Any], words: str) -> None:
    assert message(make, ArgumentError) == words


def test_a_tensor_is_no_sequence() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        list(X)  # type: ignore[call-overload]


def test_what_is_no_number_is_pythons_to_refuse() -> None:
    with pytest.raises(TypeError):
        X[0] + "1"
    with pytest.raises(TypeError):
        None * X[0]
