"""False statements with certificates, each of which one condition of a rule keeps from being a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oracles.certificates import bracket, factor, poly, sequent, term
from oracles.weakenings import (
    Weakening,
    all_facts_in_checker,
    all_facts_in_kernel,
    changed_in_checker,
    changed_in_kernel,
    trusting_checker,
    trusting_kernel,
    unrequired,
    unsaid,
    with_overlap,
    with_start,
    without_bounds,
)
from symconv.prover.checker import Rejected, statement_hash


@dataclass(frozen=True)
class Attack:
    """A false statement, steps, and the condition without which they would prove it.

    kernel, checker    how to do without the condition there; ``None`` where it has no such condition of its own
    """

    statement: Any
    steps: Sequence[Any]
    kernel: Weakening | None
    checker: Weakening | None
    scale: int = 1
    denominators: Sequence[Any] = ()

    @property
    def certificate(self) -> dict[str, Any]:
        """The certificate that the steps make."""
        return {
            "format": 1,
            "statement": statement_hash(self.statement) if self.has_hash else "",
            "denominators": [*self.denominators],
            "scale": self.scale,
            "steps": [*self.steps],
        }

    @property
    def has_hash(self) -> bool:
        """Whether the checker reads the statement at all."""
        try:
            statement_hash(self.statement)
        except Rejected:
            return False
        return True


HALVES = term("X[q]", "i < n", quotients="q = i / 2")
THIRDS = term("X[q]", "i < n", quotients="q = i / 3")
ALL = term("X[i]", "i < n")
#: No proof, and no two.
BOGUS = [[1]]
BOTH = [BOGUS, BOGUS]
#: That two divisors, which are numbers, are at least 1.
DIVISORS = [[[1, 0]], [[1, 0]]]


def _trusted(statement: Any, steps: Sequence[Any], denominators: Sequence[Any] = ()) -> Attack:
    """An attack for those who do not look at proofs."""
    return Attack(statement, steps, trusting_kernel, trusting_checker, denominators=denominators)


def _with_facts(statement: Any, steps: Sequence[Any], denominators: Sequence[Any] = ()) -> Attack:
    return Attack(statement, steps, all_facts_in_kernel, all_facts_in_checker, denominators=denominators)


ATTACKS: dict[str, Attack] = {
    "split into a name that is there": Attack(
        sequent([term("X[v] Y[a]", "v < n*m, a < m")], [term("X[c*m + a] Y[a]", "c < n, a < m")], ["n", "m"]),
        [
            ["split", 0, "v", "c", "a", poly("n"), poly("m"), [[1, 0], [1, 6]], [[1, 1], [1, 6]]],
            ["merge", 0, 1, {"c": "c", "a": "a"}],
        ],
        unsaid("a name is not new"),
        unrequired("is not a new name"),
    ),
    "define a name that is there": Attack(
        sequent([ALL], [term("X[0]", "i < n")]),
        [
            ["define", 0, "i", [], poly("1"), [[1, 0]]],
            ["quotient", 1, "i", [], [[[1, 0], [1, 4]], [[1, 2], [1, 4]]]],
            ["merge", 0, 1, {"i": "i"}],
        ],
        unsaid("the name is not new"),
        unrequired("is not a new name"),
    ),
    "a floor put in by a bracket on itself": _with_facts(
        sequent([term("X[i]", "i < n", ["q - p = 0"], "q = i / 2")], [term("X[i]", "i < n")]),
        [
            ["quotient", 0, "q", poly("p"), {"equations": [[2, [[1]]]]}],
            ["brackets", 1, [], [], [{"equations": []}]],
            ["merge", 0, 1, {"i": "i"}],
        ],
        [[[1, 0]]],
    ),
    "a floor put in by a bracket on a floor of it": _with_facts(
        sequent([term("X[i]", "i < n", ["r - p = 0"], "q = i / 1, r = q / 1")], [term("X[i]", "i < n")]),
        [
            ["quotient", 0, "q", poly("p"), {"equations": [[2, [[1]]], [6, [[1]]]]}],
            ["quotient", 1, "r", poly("p"), {"equations": [[5, [[1]]]]}],
            ["brackets", 1, [], [], [{"equations": []}]],
            ["merge", 0, 1, {"i": "i"}],
        ],
        [[[1, 0]], [[1, 0]]],
    ),
    "a numerator rewritten by a bracket on its floor": _with_facts(
        sequent([term("X[i]", "i < n", ["q - p = 0"], "q = i / 1")], [term("X[i]", "i < n")]),
        [
            [
                "rewrite",
                0,
                poly("1"),
                [["q", poly("p"), poly("1")]],
                [factor("X[i]")],
                [{"equations": [[3, [[1]]], [5, [[1]]]]}],
            ],
            ["quotient", 1, "q", poly("p"), {"equations": [[5, [[1]]]]}],
            ["brackets", 1, [], [], [{"equations": []}]],
            ["merge", 0, 1, {"i": "i"}],
        ],
        [[[1, 0]]],
    ),
    "floors in a circle": Attack(
        sequent(
            [term("X[q]", "i < n", quotients="q = i / 2, r = q / 1")],
            [term("X[q]", "i < n", quotients="q = i / 3, r = q / 1")],
        ),
        [
            ["quotient", 0, "q", poly("r"), {"equations": [[4, [[1]]]]}],
            ["quotient", 0, "q", poly("r"), {"equations": [[4, [[1]]]]}],
            ["merge", 0, 1, {"i": "i", "r": "r"}],
        ],
        unsaid("of itself or of a later one"),
        unrequired("uses itself or a later one"),
        denominators=[[[1, 0]]] * 4,
    ),
    "a floor is itself": Attack(
        sequent([HALVES], [THIRDS]),
        [
            ["quotient", 0, "q", poly("q"), {"equations": []}],
            ["quotient", 0, "q", poly("q"), {"equations": []}],
            ["merge", 0, 1, {"i": "i"}],
        ],
        unsaid("the floor itself"),
        unrequired("q is not the name of a variable in scope"),
        denominators=DIVISORS,
    ),
    "a floor dropped where it is used": Attack(
        sequent([HALVES], [THIRDS]),
        [["quotient", 0, "q", None, None], ["quotient", 0, "q", None, None], ["merge", 0, 1, {"i": "i"}]],
        unsaid("q is used"),
        unrequired("q is used"),
        denominators=DIVISORS,
    ),
    "reindex without a proof of the new range": _trusted(
        sequent([ALL], [term("X[i]", "i < m")]),
        [["reindex", 0, "i", 1, [], poly("m"), [BOGUS] * 4], ["merge", 0, 1, {"i": "i"}]],
    ),
    "reindex by a shift without a proof": _trusted(
        sequent([ALL], [term("X[i + 1]", "i < n")]),
        [["reindex", 0, "i", 1, poly("1"), poly("n"), [BOGUS] * 4], ["merge", 0, 1, {"i": "i"}]],
    ),
    "reindex by twice the index": Attack(
        sequent([term("X[i]", "i < 2*m")], [term("X[2*i]", "i < m")], ["m - 1"]),
        [
            [
                "reindex",
                0,
                "i",
                1,
                poly("i"),
                poly("m"),
                [[[1, 3]], [[1, 3], [1, 0]], [[2, 1], [1, 3]], [[2, 2], [1, 3]]],
            ],
            ["merge", 0, 1, {"i": "i"}],
        ],
        unsaid("has the index in it"),
        unrequired("i is not the name of a variable in scope"),
    ),
    "reindex with the sign 0": Attack(
        sequent([ALL], [term("X[0]", "i < m")], ["n - 1", "m - 1"]),
        [
            ["reindex", 0, "i", 0, [], poly("m"), [[[1, 4]], [[1, 4], [1, 1]], [[1, 4]], [[1, 4], [1, 0]]]],
            ["merge", 0, 1, {"i": "i"}],
        ],
        unsaid("the sign is 1 or -1"),
        unrequired("The sign is neither"),
    ),
    "reindex to an extent that is bound": Attack(
        sequent(
            [term("X[i]", "i < n, a < k", ["a - 1 - i >= 0"], coefficient="2*a")],
            [term("X[i]", "i < n, a < k", ["a - 1 - i >= 0"], coefficient="k - 1")],
            ["k", "n - k"],
        ),
        [
            step
            for F in ("a*a - a", "a - a*k")
            for step in (
                [
                    "reindex",
                    0,
                    "i",
                    1,
                    [],
                    poly("a"),
                    [[[1, 2], [1, 7]], [[1, 6], [1, 7]], [[1, 2], [1, 7]], [[1, 1], [1, 3], [1, 5], [1, 7]]],
                ],
                ["brackets", 1, [], [], [[[1, 3], [1, 6]]]],
                ["sum", 1, "a", poly(F), None, [[1, 0], [1, 4]], None],
            )
        ]
        + [["merge", 0, 1, {"i": "i"}]],
        None,
        unrequired("a is not the name of a variable in scope"),
    ),
    "split an extent that is no product": Attack(
        sequent([ALL], [term("X[2*c + a]", "c < n, a < 2")], ["n"]),
        [
            ["split", 0, "i", "c", "a", poly("n"), poly("2"), [[1, 0], [1, 3]], [[1, 3]]],
            ["merge", 0, 1, {"c": "c", "a": "a"}],
        ],
        unsaid("not the product"),
        unrequired("not the product"),
    ),
    "split into ranges that may both be negative": _trusted(
        sequent([term("X[v]", "v < n*m")], [term("X[c*m + a]", "c < n, a < m")]),
        [["split", 0, "v", "c", "a", poly("n"), poly("m"), BOGUS, BOGUS], ["merge", 0, 1, {"c": "c", "a": "a"}]],
    ),
    "join into a name that is there": Attack(
        sequent([term("X[c*m + a, e]", "c < n, a < m, e < k")], [term("X[v, v]", "v < k")], ["n", "m"]),
        [["join", 0, "c", "a", "e", [[1, 0], [1, 4]], [[1, 1], [1, 4]]], ["merge", 1, 0, {"v": "e"}]],
        None,
        unrequired("is not a new name"),
    ),
    "join where a digit is read by itself": Attack(
        sequent(
            [term("X[c]", "c < n, a < m", coefficient="2*a")],
            [term("X[c]", "c < n, a < m", coefficient="n*m - 1 - 2*c*m")],
            ["n", "m", "n*m"],
        ),
        [
            ["join", 0, "c", "a", "v", [[1, 0], [1, 5]], [[1, 1], [1, 5]]],
            ["join", 0, "c", "a", "v", [[1, 0], [1, 5]], [[1, 1], [1, 5]]],
            ["sum", 0, "v", poly("v*v - v - 2*c*m*v"), None, [[1, 2], [1, 3]], None],
            ["sum", 0, "v", poly("v + 2*c*m*v - n*m*v"), None, [[1, 2], [1, 3]], None],
            ["merge", 0, 1, {}],
        ],
        unsaid("is read|bound nowhere"),
        unrequired("is read by itself|c is not the name of a variable in scope"),
    ),
    "join ranges that may both be negative": _trusted(
        sequent([term("X[c*m + a]", "c < n, a < m")], [term("X[v]", "v < n*m")]),
        [["join", 0, "c", "a", "v", BOGUS, BOGUS], ["merge", 0, 1, {"v": "v"}]],
    ),
    "add up what a tensor reads": Attack(
        sequent([term("X[i]", "i < n", coefficient="2*i")], [term("X[i]", "i < n", coefficient="n - 1")], ["n"]),
        [
            ["sum", 0, "i", poly("i*i - i"), None, [[1, 0], [1, 1]], None],
            ["sum", 0, "i", poly("i - n*i"), None, [[1, 0], [1, 1]], None],
            ["merge", 0, 1, {}],
        ],
        unsaid("occurs elsewhere"),
        unrequired("occurs elsewhere"),
    ),
    "add up another coefficient": Attack(
        sequent([term("", "i < n")], [term(coefficient="2*n")], ["n"]),
        [["sum", 0, "i", poly("2*i"), None, [[1, 0], [1, 1]], None], ["merge", 0, 1, {}]],
        unsaid("not the difference"),
        unrequired("The coefficient is not F"),
    ),
    "add up where the extent may be negative": _trusted(
        sequent([term("", "i < n")], [term(coefficient="n")]),
        [["sum", 0, "i", poly("i"), None, BOGUS, None], ["merge", 0, 1, {}]],
    ),
    "add up to a bound beyond the range": _trusted(
        sequent([term("", "i < n", ["m - 1 - i >= 0"])], [term(coefficient="m")], ["m", "n"]),
        [["sum", 0, "i", poly("i"), 0, BOGUS, BOGUS], ["merge", 0, 1, {}]],
    ),
    "F(0) forgotten": Attack(
        sequent([term("", "i < n")], [term(coefficient="n + 1")], ["n"]),
        [["sum", 0, "i", poly("i + 1"), None, [[1, 0], [1, 1]], None], ["merge", 0, 1, {}]],
        changed_in_kernel("sum", with_start),
        changed_in_checker("sum", with_start),
    ),
    "one point, whether inside the range or not": Attack(
        sequent([term("X[i]", "i < n", ["i - p = 0"])], [term("X[p]")]),
        [["point", 0, "i", 0], ["merge", 0, 1, {}]],
        changed_in_kernel("point", without_bounds),
        changed_in_checker("point", without_bounds),
    ),
    "one point of an inequality": Attack(
        sequent([term("X[i]", "i < n", ["i - p >= 0"])], [term("X[p]", "", ["p >= 0", "n - 1 - p >= 0"])]),
        [["point", 0, "i", 0], ["merge", 0, 1, {}]],
        unsaid("does not determine"),
        unrequired("does not say what i is"),
    ),
    "cases that overlap": Attack(
        sequent(
            [ALL], [term("X[i]", "i < n", ["i - p >= 0"]), term("X[i]", "i < n", ["p - i >= 0"])], ["p", "n - p - 1"]
        ),
        [["case", 0, poly("i - p")], ["merge", 0, 2, {"i": "i"}], ["merge", 0, 1, {"i": "i"}]],
        changed_in_kernel("case", with_overlap),
        changed_in_checker("case", with_overlap),
    ),
    "a case on a name that is bound elsewhere": Attack(
        sequent(
            [term("X[i, j]", "i < n, j < n")],
            [term("X[x, j]", "x < n, j < n", ["x - 1 >= 0"]), term("X[i, x]", "i < n, x < n", ["0 - x >= 0"])],
        ),
        [
            ["case", 0, poly("x - 1")],
            ["merge", 0, 2, {"i": "x", "j": "j"}],
            ["merge", 0, 1, {"i": "i", "j": "x"}],
        ],
        unsaid("a name is bound nowhere"),
        unrequired("x is not the name of a variable in scope"),
    ),
    "complement of an equation": Attack(
        sequent(
            [term("X[i]", "i < n", ["i - p = 0"])],
            [ALL, term("X[i]", "i < n", ["p - i - 1 >= 0"], coefficient="0 - 1")],
        ),
        [["complement", 0, 0], ["merge", 0, 2, {"i": "i"}], ["merge", 0, 1, {"i": "i"}]],
        unsaid("the bracket is an equation"),
        unrequired("is an equation"),
    ),
    "a bracket dropped without a proof": _trusted(
        sequent([term("X[i]", "i < n", ["i - p >= 0"])], [ALL]),
        [["brackets", 0, [], [], [BOGUS]], ["merge", 0, 1, {"i": "i"}]],
    ),
    "a bracket added without a proof": _trusted(
        sequent([ALL], [term("X[i]", "i < n", ["i - p = 0"])]),
        [["brackets", 0, [bracket("i - p = 0")], [BOTH], []], ["merge", 0, 1, {"i": "i"}]],
    ),
    "empty without a proof": _trusted(sequent([ALL], []), [["empty", 0, BOGUS]]),
    "empty by a negative multiplier": Attack(
        sequent([ALL], []),
        [["empty", 0, [[-1]]]],
        unsaid("a multiplier or a fact"),
        unrequired("coefficient of a product is not an integer > 0"),
    ),
    "equal by multiples of inequalities": Attack(
        sequent([term("X[i]", "i < 3")], [term("X[i + 2]", "i < 3")]),
        [
            ["rewrite", 0, poly("1"), [], [factor("X[i + 2]")], [{"equations": [[0, [[1]]], [1, [[1]]]]}]],
            ["merge", 0, 1, {"i": "i"}],
        ],
        unsaid("a fact is no equation"),
        unrequired("is no equation"),
    ),
    "equal by multiples that add up to something else": Attack(
        sequent([ALL], [term("X[i + 1]", "i < n")]),
        [
            ["rewrite", 0, poly("1"), [], [factor("X[i + 1]")], [{"equations": []}]],
            ["merge", 0, 1, {"i": "i"}],
        ],
        unsaid("do not add up"),
        unrequired("do not add up"),
    ),
    "another index without a proof": _trusted(
        sequent([ALL], [term("X[i + 1]", "i < n")]),
        [["rewrite", 0, poly("1"), [], [factor("X[i + 1]")], [BOTH]], ["merge", 0, 1, {"i": "i"}]],
    ),
    "another coefficient without a proof": _trusted(
        sequent([ALL], [term("X[i]", "i < n", coefficient="i")]),
        [["rewrite", 0, poly("i"), [], [factor("X[i]")], [BOTH]], ["merge", 0, 1, {"i": "i"}]],
    ),
    "another tensor": Attack(
        sequent([ALL], [term("Y[i]", "i < n")]),
        [["rewrite", 0, poly("1"), [], [factor("Y[i]")], []], ["merge", 0, 1, {"i": "i"}]],
        unsaid("the tensors differ"),
        None,
    ),
    "a floor by 0": _trusted(
        sequent([ALL], []),
        [["define", 0, "q", poly("i"), [], BOGUS], ["empty", 0, [[1, 0], [1, 3]]]],
    ),
    "a floor that is something else": _trusted(
        sequent([HALVES], [ALL]),
        [["quotient", 0, "q", poly("i"), BOTH], ["merge", 0, 1, {"i": "i"}]],
        [[[1, 0]]],
    ),
    "two names for one": Attack(
        sequent([term("X[i, i]", "i < n")], [term("X[u, v]", "u < n, v < n")]),
        [["merge", 0, 1, {"u": "i", "v": "i"}]],
        unsaid("do not match one to one"),
        unrequired("not one to one"),
    ),
    "merge what has other ranges": Attack(
        sequent([ALL], [term("X[i]", "i < m")]),
        [["merge", 0, 1, {"i": "i"}]],
        unsaid("differ in more"),
        unrequired("differ in their ranges"),
    ),
    "merge what has other brackets": Attack(
        sequent([term("X[i]", "i < n", ["i - p >= 0"])], [term("X[i]", "i < n", ["p - i >= 0"])]),
        [["merge", 0, 1, {"i": "i"}]],
        unsaid("differ in more"),
        unrequired("differ in their brackets"),
    ),
    "merge what has other factors": Attack(
        sequent([term("X[i] X[i]", "i < n")], [ALL]),
        [["merge", 0, 1, {"i": "i"}]],
        unsaid("differ in more"),
        unrequired("differ in their factors"),
    ),
    "merge what has other floors": Attack(
        sequent([HALVES], [THIRDS]),
        [["merge", 0, 1, {"i": "i", "q": "q"}]],
        unsaid("differ in more"),
        unrequired("differ in their quotients"),
        denominators=DIVISORS,
    ),
    "merge a term with itself": Attack(
        sequent([term("X[0]")], [term("X[0]", coefficient="2")]),
        [["merge", 0, 0, {}], ["merge", 0, 1, {}]],
        unsaid("not merged with itself"),
        None,
    ),
    "nothing times both sides": Attack(
        sequent([term(coefficient="n")], [term(coefficient="m")]),
        [],
        unsaid("a wrong scale"),
        None,
        scale=0,
    ),
    "an assumption on a free name that a sum binds": Attack(
        sequent([ALL], [], ["i - n"]),
        [["empty", 0, [[1, 0], [1, 2]]]],
        unsaid("a bound name is also free"),
        unrequired("both bound by a term and global"),
    ),
    "no steps": Attack(sequent([ALL], []), [], None, unrequired("The steps leave")),
}
