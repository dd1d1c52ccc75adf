"""Statements with certificates, both made by hand, in a short notation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from symconv.prover.checker import statement_hash


def poly(text: str) -> list[list[Any]]:
    """Read "n*k - 2*i - 1"."""
    monomials = []
    for sign, body in re.findall(r"([+-]?)([^+-]+)", text.replace(" ", "")):
        parts = body.split("*")
        c = int(parts.pop(0)) if parts[0].isdigit() else 1
        monomials.append([-c if sign == "-" else c, *sorted(parts)])
    return [m for m in monomials if m[0]]


def bracket(text: str) -> list[Any]:
    """Read "i - p >= 0" or "i - p = 0"."""
    matched = re.fullmatch(r"(.*) (>=|=) 0", text)
    assert matched
    return [matched[2], poly(matched[1])]


def factor(text: str) -> list[Any]:
    """Read "X[i + a, c]"."""
    name, indices = text.removesuffix("]").split("[")
    return [name, [poly(p) for p in indices.split(",") if p]]


def term(
    factors: str = "",
    ranges: str = "",
    brackets: Sequence[str] = (),
    quotients: str = "",
    coefficient: str = "1",
) -> dict[str, Any]:
    """A term: factors "W[a] X[i + a]", ranges "i < n, a < k", quotients "q = i / k"."""
    pairs = [entry.split(" < ") for entry in ranges.split(", ") if entry]
    parts = [re.split(" = | / ", entry) for entry in quotients.split(", ") if entry]
    return {
        "coefficient": poly(coefficient),
        "ranges": [[v, poly(n)] for v, n in pairs],
        "quotients": [[q, poly(a), poly(b)] for q, a, b in parts],
        "brackets": [bracket(text) for text in brackets],
        "factors": [factor(text) for text in re.findall(r"[\w.]+\[[^]]*\]", factors)],
    }


def sequent(
    left: Sequence[Any], right: Sequence[Any], assume: Sequence[str] = (), defined: Sequence[tuple[str, ...]] = ()
) -> dict[str, Any]:
    """A statement: assumptions "n - 1", definitions ("floor", "q", "n", "k")."""
    return {
        "defined": [[kind, name, poly(a), poly(b)] for kind, name, a, b in defined],
        "assume": [poly(text) for text in assume],
        "left": list(left),
        "right": list(right),
    }


def certificate(
    statement: Any, steps: Sequence[Any], denominators: Sequence[Any] = (), scale: int = 1
) -> dict[str, Any]:
    """A certificate for the statement."""
    data = {"format": 1, "statement": statement_hash(statement), "denominators": list(denominators), "scale": scale}
    return deepcopy({**data, "steps": list(steps)})


def _one_point() -> tuple[Any, Any]:
    left = term("X[i]", "i < n", ["i - p = 0"])
    statement = sequent([left], [term("X[p]", brackets=["p >= 0", "n - 1 - p >= 0"])])
    return statement, certificate(statement, [["point", 0, "i", 0], ["merge", 0, 1, {}]])


def _one_point_of_two() -> tuple[Any, Any]:
    """The other sign, and a value that uses another range."""
    left = term("X[t] W[a]", "t < n, a < k", ["s*y + a - t = 0", "n - 1 - t >= 0"])
    inside = ["s*y + b >= 0", "n - 1 - s*y - b >= 0"]
    statement = sequent([left], [term("W[b] X[b + s*y]", "b < k", inside)])
    return statement, certificate(statement, [["point", 0, "t", 0], ["merge", 1, 0, {"b": "a"}]])


def _matmul() -> tuple[Any, Any]:
    """A convolution with a 1x1 kernel multiplies matrices."""
    statement = sequent([term("W[o, c, a] X[c, y + a]", "c < C, a < 1")], [term("W[o, c, 0] X[c, y]", "c < C")])
    zero = [[[1, 4], [1, 3]], [[1, 4], [1, 2]]]  # -a = 0, from a >= 0 and 1 - 1 - a >= 0
    factors = [factor("W[o, c, 0]"), factor("X[c, y]")]
    steps = [
        ["rewrite", 0, poly("1"), [], factors, [zero, zero]],
        ["sum", 1, "a", poly("a"), None, [[1, 2]], None],
        ["merge", 0, 1, {"c": "c"}],
    ]
    return statement, certificate(statement, steps)


def _reversal() -> tuple[Any, Any]:
    statement = sequent([term("X[i]", "i < n")], [term("X[n - 1 - i]", "i < n")])
    proofs = [[[1, 2], [1, 1]], [[1, 2], [1, 0]], [[1, 2], [1, 1]], [[1, 2], [1, 0]]]
    steps = [["reindex", 0, "i", -1, poly("n - 1"), poly("n"), proofs], ["merge", 0, 1, {"i": "i"}]]
    return statement, certificate(statement, steps)


def _shift() -> tuple[Any, Any]:
    """A shift by another range: i = u - a, where both sums have their bracket."""
    left = term("X[i + a]", "a < k, i < n")
    right = term("X[u]", "a < k, u < n + k", ["u - a >= 0", "n - 1 - u + a >= 0"])
    statement = sequent([left], [right], ["k"])
    # old facts: k, a, k-1-a, i, n-1-i; w = i + a.  New: k, a, k-1-a, i, n+k-1-i, two brackets; x = i - a.
    steps = [
        ["brackets", 0, [bracket("i >= 0"), bracket("n - 1 - i >= 0")], [[[1, 5], [1, 3]], [[1, 5], [1, 4]]], []],
        [
            "reindex",
            1,
            "i",
            1,
            poly("0 - a"),
            poly("n + k"),
            [[[1, 7], [1, 1], [1, 3]], [[1, 7], [1, 2], [1, 4]], [[1, 7], [1, 5]], [[1, 7], [1, 6]]],
        ],
        ["merge", 0, 1, {"a": "a", "i": "u"}],
    ]
    return statement, certificate(statement, steps)


def _split() -> tuple[Any, Any]:
    statement = sequent([term("X[v]", "v < n*m")], [term("X[i*m + j]", "i < n, j < m")], ["n", "m"])
    step = ["split", 0, "v", "i", "j", poly("n"), poly("m"), [[1, 4], [1, 0]], [[1, 4], [1, 1]]]
    return statement, certificate(statement, [step, ["merge", 0, 1, {"i": "i", "j": "j"}]])


def _count() -> tuple[Any, Any]:
    statement = sequent([term("", "i < n")], [term(coefficient="n")], ["n"])
    step = ["sum", 0, "i", poly("i"), None, [[1, 1], [1, 0]], None]
    return statement, certificate(statement, [step, ["merge", 0, 1, {}]])


def _odd_numbers() -> tuple[Any, Any]:
    """1 + 3 + ... + (2*m - 1) = m*m, with a bracket that ends the sum, inside a sum over a."""
    left = term("X[a]", "a < k, i < n", ["m - 1 - i >= 0"], coefficient="2*i + 1")
    statement = sequent([left], [term("X[a]", "a < k", coefficient="m*m")], ["m", "n - m"])
    step = ["sum", 0, "i", poly("i*i"), 0, [[1, 4], [1, 0]], [[1, 4], [1, 1]]]
    return statement, certificate(statement, [step, ["merge", 0, 1, {"a": "a"}]])


def _im2col() -> tuple[Any, Any]:
    left = term("W[t] X[q, t - k*q]", "t < C*k", quotients="q = t / k")
    statement = sequent([left], [term("X[c, a] W[c*k + a]", "a < k, c < C")], ["C - 1", "k - 1"])
    # facts: C-1, k-1, c, C-1-c, a, k-1-a, c*k+a-k*q, k*q+k-1-c*k-a, and the goal's
    quotient = [[[1, 8, 1], [1, 8], [1, 7], [1, 4]], [[1, 8, 1], [1, 8], [1, 6], [1, 5]]]
    steps = [
        ["split", 0, "t", "c", "a", poly("C"), poly("k"), [[1, 6], [1, 0]], [[1, 6], [1, 1]]],
        ["quotient", 1, "q", poly("c"), quotient],
        ["merge", 0, 1, {"c": "c", "a": "a"}],
    ]
    return statement, certificate(statement, steps, [[[1, 2], [1, 1]]])


def _empty() -> tuple[Any, Any]:
    statement = sequent([term("X[i]", "i < n", ["i - n >= 0"])], [])
    return statement, certificate(statement, [["empty", 0, [[1, 1], [1, 2]]]])


def _cases() -> tuple[Any, Any]:
    right = [term("X[j]", "j < n", ["m - 1 - j >= 0"]), term("X[j]", "j < n", ["j - m >= 0"])]
    statement = sequent([term("X[i]", "i < n")], right)
    steps = [["case", 0, poly("i - m")], ["merge", 0, 3, {"i": "j"}], ["merge", 0, 1, {"i": "j"}]]
    return statement, certificate(statement, steps)


def _impossible_case() -> tuple[Any, Any]:
    """A case that holds everywhere; the other one is empty; the bracket goes."""
    statement = sequent([term("X[i]", "i < n")], [term("X[j]", "j < n")])
    steps = [
        ["case", 0, poly("i + 1")],
        ["empty", 2, [[1, 2], [1, 0]]],
        ["brackets", 1, [], [], [[[1, 2], [1, 0]]]],
        ["merge", 0, 1, {"i": "j"}],
    ]
    return statement, certificate(statement, steps)


def _swap() -> tuple[Any, Any]:
    """Names of two ranges and two quotients, exchanged."""
    left = term("X[i, q] Y[j, p]", "i < n, j < m", ["i - j = 0", "q >= 0"], "p = i / 2, q = j / 3", "i*p")
    right = term("Y[i, q] X[j, p]", "i < m, j < n", ["p >= 0", "i - j = 0"], "p = i / 3, q = j / 2", "j*q")
    statement = sequent([left], [right])
    steps = [["merge", 0, 1, {"i": "j", "j": "i", "p": "q", "q": "p"}]]
    return statement, certificate(statement, steps, [[[1, 0]]] * 4)


def _equation() -> tuple[Any, Any]:
    """An equation for two inequalities, and an index rewritten by it."""
    left = term("X[i]", "i < n", ["i - m >= 0", "m - i >= 0"])
    statement = sequent([left], [term("X[m]", "i < n", ["m - i = 0"])])
    goals = [[[1, 4], [1, 2]], [[1, 4], [1, 3]]]
    steps = [
        ["brackets", 0, [bracket("i - m = 0")], [goals], [[[1, 4], [1, 2]], [[1, 4], [1, 3]]]],
        ["rewrite", 1, poly("1"), [], [factor("X[m]")], [[[[1, 4], [1, 3]], [[1, 4], [1, 2]]]]],
        ["merge", 0, 1, {"i": "i"}],
    ]
    return statement, certificate(statement, steps)


def _numerator() -> tuple[Any, Any]:
    """A quotient's numerator rewritten under a bracket on the quotient itself; an unused quotient dropped."""
    left = term("X[i]", "i < n, a < 1", ["q - j = 0"], "q = i + a / k, r = q / 2")
    right = term("X[i]", "i < n", ["p - j = 0"], "p = i / k")
    statement = sequent([left], [right], ["k - 1"])
    zero = [[[1, 9], [1, 4]], [[1, 9], [1, 3]]]  # facts: k-1, i, n-1-i, a, -a, four of quotients, and the goal's
    quotients = [["q", poly("i"), poly("k")], ["r", poly("q"), poly("2")]]
    steps = [
        ["rewrite", 0, poly("1"), quotients, left["factors"], [zero]],
        ["quotient", 1, "r", None, None],
        ["sum", 1, "a", poly("a"), None, [[1, 7]], None],
        ["merge", 0, 1, {"i": "i", "q": "p"}],
    ]
    return statement, certificate(statement, steps, [[[1, 1], [1, 0]], [[1, 1]], [[1, 1], [1, 0]]])


def _maximum() -> tuple[Any, Any]:
    """A sum over i < n has max(n, 0) terms."""
    statement = sequent([term("", "i < n")], [term(coefficient="m")], defined=[("max", "m", "n", "0")])
    # facts: m-n, m, -(m-n)*m, i, n-1-i or m-1-i, and the goal's
    start, end = [[1, 5], [1, 3]], [[1, 5], [1, 0], [1, 4]]
    below = [[1, 4, 4], [1, 4, 3], [2, 4], [1, 5, 4], [1, 5, 3], [1, 5], [1, 3], [1, 2]]
    steps = [
        ["reindex", 0, "i", 1, [], poly("m"), [start, end, start, below]],
        ["sum", 1, "i", poly("i"), None, [[1, 3], [1, 1]], None],
        ["merge", 0, 1, {}],
    ]
    return statement, certificate(statement, steps)


def _floor() -> tuple[Any, Any]:
    """A sum over i < floor(n/k) has as many terms, for n >= 0."""
    statement = sequent([term("", "i < q")], [term(coefficient="q")], ["k - 1", "n"], [("floor", "q", "n", "k")])
    # facts: n-k*q, k*q+k-1-n, k-1, n, and the goal's
    count = [[1, 4, 2], [1, 4], [1, 1], [1, 3]]
    steps = [["sum", 0, "i", poly("i"), None, count, None], ["merge", 0, 1, {}]]
    return statement, certificate(statement, steps, [[[1, 2], [1, 0]]])


def _twice() -> tuple[Any, Any]:
    """0 + 1 + ... + (n - 1), and the same backwards: shown of twice both, as half of n*n - n is no polynomial."""
    statement = sequent([term("", "i < n", coefficient="i")], [term("", "i < n", coefficient="n - 1 - i")], ["n"])
    steps = [
        ["sum", 0, "i", poly("i*i - i"), None, [[1, 1], [1, 0]], None],
        ["sum", 0, "i", poly("i*i + i - 2*i*n"), None, [[1, 1], [1, 0]], None],
        ["merge", 0, 1, {}],
    ]
    return statement, certificate(statement, steps, scale=2)


def _complement() -> tuple[Any, Any]:
    right = [term("X[i]", "i < n"), term("X[i]", "i < n", ["p - 1 - i >= 0"], coefficient="-1")]
    statement = sequent([term("X[i]", "i < n", ["i - p >= 0"])], right)
    steps = [["complement", 0, 0], ["merge", 0, 2, {"i": "i"}], ["merge", 0, 1, {"i": "i"}]]
    return statement, certificate(statement, steps)


def _definition() -> tuple[Any, Any]:
    statement = sequent([term("X[i]", "i < n")], [term("X[i]", "i < n", quotients="x = i / 2")])
    steps = [["define", 0, "q", poly("i"), poly("2"), [[1, 0]]], ["merge", 0, 1, {"i": "i", "q": "x"}]]
    return statement, certificate(statement, steps, [[[1, 0]]])


def _multiples() -> tuple[Any, Any]:
    """Multiples of equations: an index, and an empty sum."""
    left = [term("X[i*i]", "i < n", ["i - m = 0"]), term("X[i]", "i < n", ["i - n = 0"])]
    statement = sequent(left, [term("X[i*m]", "i < n", ["m - i = 0"])])
    steps = [
        ["rewrite", 0, poly("1"), [], [factor("X[i*m]")], [{"equations": [[2, poly("0 - i")]]}]],
        ["empty", 0, {"products": [[1, 1]], "equations": [[2, poly("1")]]}],
        ["merge", 0, 1, {"i": "i"}],
    ]
    return statement, certificate(statement, steps)


def _point_by_quotient() -> tuple[Any, Any]:
    """A range fixed by a quotient that does not depend on it."""
    left = term("X[i, j]", "i < n, j < m", ["i - q = 0"], "q = j / 2, r = i + q / 3")
    right = term("X[q, j]", "j < m", ["q >= 0", "n - 1 - q >= 0"], "q = j / 2, r = 2*q / 3")
    statement = sequent([left], [right])
    steps = [["point", 0, "i", 0], ["merge", 0, 1, {"j": "j", "q": "q", "r": "r"}]]
    return statement, certificate(statement, steps, [[[1, 0]]] * 4)


def _twin_quotients() -> tuple[Any, Any]:
    """A quotient that is a later one."""
    left = term("X[q, r]", "i < n", ["r - p = 0"], "q = i / 2, r = i / 2")
    statement = sequent([left], [term("X[q, q]", "i < n", ["q - p = 0"], "q = i / 2")])
    # facts: i, n-1-i, r-p, p-r, i-2*q, 2*q+1-i, i-2*r, 2*r+1-i, and the goal's
    equal = [[[2, 8], [1, 5], [1, 6]], [[2, 8], [1, 4], [1, 7]]]
    steps = [["quotient", 0, "q", poly("r"), equal], ["merge", 0, 1, {"i": "i", "r": "q"}]]
    return statement, certificate(statement, steps, [[[1, 0]]] * 3)


def _join() -> tuple[Any, Any]:
    left = term("X[c, i*m + j]", "i < n, c < C, j < m", ["n*m - 2 - i*m - j >= 0"], "q = i*m + j / 2", "q")
    right = term("X[c, v]", "v < n*m, c < C", ["n*m - 2 - v >= 0"], "q = v / 2", "q")
    statement = sequent([left], [right], ["n", "m"])
    # facts: n, m, v, n*m-1-v, c, C-1-c, the bracket, two of the quotient, and the goal's
    step = ["join", 0, "i", "j", "v", [[1, 9], [1, 0]], [[1, 9], [1, 1]]]
    return statement, certificate(statement, [step, ["merge", 0, 1, {"v": "v", "c": "c", "q": "q"}]], [[[1, 2]]] * 2)


def _nothing() -> tuple[Any, Any]:
    """Terms with coefficient 0 are not there at all."""
    statement = sequent([term("X[i]", "i < n", coefficient="0")], [])
    return statement, certificate(statement, [])


MADE = {
    "one_point": _one_point(),
    "one_point_of_two": _one_point_of_two(),
    "matmul": _matmul(),
    "reversal": _reversal(),
    "shift": _shift(),
    "split": _split(),
    "count": _count(),
    "odd_numbers": _odd_numbers(),
    "im2col": _im2col(),
    "empty": _empty(),
    "cases": _cases(),
    "impossible_case": _impossible_case(),
    "swap": _swap(),
    "equation": _equation(),
    "numerator": _numerator(),
    "maximum": _maximum(),
    "floor": _floor(),
    "twice": _twice(),
    "complement": _complement(),
    "definition": _definition(),
    "multiples": _multiples(),
    "point_by_quotient": _point_by_quotient(),
    "twin_quotients": _twin_quotients(),
    "join": _join(),
    "nothing": _nothing(),
}


def made(name: str) -> tuple[Any, Any]:
    """A statement and its certificate, to be changed at will."""
    return deepcopy(MADE[name])
