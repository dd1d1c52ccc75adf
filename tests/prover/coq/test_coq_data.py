"""Certificates as data of Coq: each rule, each kind of proof, integers of any size."""

from __future__ import annotations

from typing import Any

import pytest

from oracles.certificates import MADE, poly, sequent, term
from oracles.replay import STEPS, formal
from symconv.prover.coq.data import certificate, integer, listed, polynomial, proof, step, zero_proof
from symconv.prover.coq.names import Names
from symconv.prover.coq.outlined import OutlinedSequent

#: k, n are 0, 1; i, j are 2, 3; q, r, v are 4, 5, 6.  X is 0, Y is 1.
STATEMENT = sequent([term("X[i] Y[j]", "i < n, j < k")], [])
NAMES = Names.of(
    OutlinedSequent.plain(formal(STATEMENT)), [["join", 0, "i", "j", "v"], ["split", 0, "i", "q", "r", [], [], [], []]]
)
P = [[2, 0, 1], [3]]
P_DATA = "(Refute [:: (2%Z, [:: 0; 1]); (3%Z, [::])] [::])"
WITH_EQUATIONS = {"products": [[1, 4]], "equations": [[2, poly("k - 1")]]}
WITH_DATA = "(Refute [:: (1%Z, [:: 4])] [:: (2, [:: (1%Z, [:: 0]); ((-1)%Z, [::])])])"
ALONE = {"equations": [[7, poly("i")]]}
ALONE_DATA = "(Multiples [:: (7, [:: (1%Z, [:: 2])])])"
K, N = "[:: (1%Z, [:: 0])]", "[:: (1%Z, [:: 1])]"

#: A step of each rule, in each of its forms.
WRITTEN: list[tuple[list[Any], str]] = [
    (["point", 1, "i", 2], "Point 1 2 2"),
    (
        ["brackets", 0, [["=", poly("i")], [">=", poly("k")]], [ALONE, P], [[P, P]]],
        f"Brackets 0 [:: (Eq, [:: (1%Z, [:: 2])]); (Ge, {K})] [:: (ForEq {ALONE_DATA}); (ForGe {P_DATA})] "
        f"[:: (ForEq (Both {P_DATA} {P_DATA}))]",
    ),
    (
        ["brackets", 0, [], [WITH_EQUATIONS], [[WITH_EQUATIONS, P]]],
        f"Brackets 0 [::] [:: (ForGe {WITH_DATA})] [:: (ForEq (Both {WITH_DATA} {P_DATA}))]",
    ),
    (["empty", 3, P], f"Empty 3 {P_DATA}"),
    (["case", 0, poly("k")], f"Case 0 {K}"),
    (["complement", 2, 1], "Complement 2 1"),
    (
        ["reindex", 0, "i", -1, poly("n - 1"), poly("n"), [P, P, WITH_EQUATIONS, P]],
        f"Reindex 0 2 true [:: (1%Z, [:: 1]); ((-1)%Z, [::])] {N} {P_DATA} {P_DATA} {WITH_DATA} {P_DATA}",
    ),
    (["reindex", 0, "j", 1, [], [], [P] * 4], f"Reindex 0 3 false [::] [::] {' '.join([P_DATA] * 4)}"),
    (["split", 0, "i", "q", "r", poly("k"), poly("n"), P, P], f"Split 0 2 4 5 {K} {N} {P_DATA} {P_DATA}"),
    (["join", 0, "i", "j", "v", P, P], f"Join 0 2 3 6 {P_DATA} {P_DATA}"),
    (["sum", 0, "i", poly("k"), None, P, None], f"SumUp 0 2 {K} None {P_DATA} None"),
    (["sum", 0, "i", poly("k"), 0, P, P], f"SumUp 0 2 {K} (Some 0) {P_DATA} (Some {P_DATA})"),
    (
        ["rewrite", 0, poly("1"), [["q", poly("k"), poly("n")]], [["Y", [poly("k"), []]], ["X", []]], [[P, P], ALONE]],
        f"Rewrite 0 [:: (1%Z, [::])] [:: {K}] [:: (1, [:: {K}; [::]]); (0, [::])] "
        f"[:: (Both {P_DATA} {P_DATA}); {ALONE_DATA}]",
    ),
    (["define", 0, "q", poly("k"), poly("n"), P], f"Define 0 4 {K} {N} {P_DATA}"),
    (["quotient", 0, "q", None, None], "PutQuotient 0 4 None"),
    (["quotient", 0, "q", poly("k"), ALONE], f"PutQuotient 0 4 (Some ({K}, {ALONE_DATA}))"),
    (["merge", 1, 0, {"i": "j", "q": "r"}], "Merge 1 0 [:: (2, 3); (4, 5)]"),
    (["merge", 0, 1, {}], "Merge 0 1 [::]"),
]


@pytest.mark.parametrize(("given", "written"), WRITTEN)
def test_steps(given: list[Any], written: str) -> None:
    assert step(NAMES, given) == written


def test_each_rule_is_among_them() -> None:
    assert {given[0] for given, _ in WRITTEN} == {*STEPS}
    assert {s[0] for _, made in MADE.values() for s in made["steps"]} == {*STEPS}


def test_integers_and_lists() -> None:
    huge = 10**60 - 1
    assert [integer(value) for value in (0, 7, -7, huge, -huge)] == [
        "0%Z",
        "7%Z",
        "(-7)%Z",
        f"{huge}%Z",
        f"(-{huge})%Z",
    ]
    assert [listed([]), listed(["1"]), listed(["1", "2"])] == ["[::]", "[:: 1]", "[:: 1; 2]"]
    assert polynomial(NAMES, []) == "[::]"
    assert polynomial(NAMES, [[-huge, "k", "k", "n"]]) == f"[:: ((-{huge})%Z, [:: 0; 0; 1])]"


def test_proofs() -> None:
    assert proof(NAMES, []) == "(Refute [::] [::])"
    assert zero_proof(NAMES, [P, WITH_EQUATIONS]) == f"(Both {P_DATA} {WITH_DATA})"


def test_a_whole_certificate() -> None:
    data = {"denominators": [P, P], "scale": 6, "steps": [["case", 0, poly("k")], ["complement", 1, 0]]}
    lines = [f"Certificate [:: {P_DATA}; {P_DATA}] 6%Z [:: Case 0 {K};", "  Complement 1 0]"]
    assert certificate(NAMES, data) == "\n".join(lines)
    assert certificate(NAMES, {"denominators": [], "scale": 1, "steps": []}) == "Certificate [::] 1%Z [::]"


@pytest.mark.parametrize("name", MADE)
def test_parentheses_and_brackets_match(name: str) -> None:
    statement, made = MADE[name]
    names = Names.of(OutlinedSequent.plain(formal(statement)), made["steps"])
    opened: list[str] = []
    for character in certificate(names, made):
        if character in "([":
            opened.append(character)
        elif character in ")]":
            assert opened.pop() + character in ("()", "[]")
    assert not opened
