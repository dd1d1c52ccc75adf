"""The verified checker refuses what is changed in one place, and what is false; a text is what its data says.

Each change is asked beside the theorem unchanged, in one file: that is accepted, so no refusal is an accident of form.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from oracles.attacks import ATTACKS
from oracles.certificates import MADE, bracket, factor, poly
from oracles.mutants import put
from oracles.replay import STEPS, formal
from symconv.prover.checker import Rejected, check, statement_hash
from symconv.prover.coq.building import compile_file
from symconv.prover.coq.data import certificate
from symconv.prover.coq.exporting import certificate_of
from symconv.prover.coq.files import CoqTheorem, TheoremText, theorem_text
from symconv.prover.coq.gallina import told
from symconv.prover.coq.names import Names
from symconv.prover.coq.outlined import OutlinedSequent
from symconv.prover.coq.outlining import outlined
from symconv.prover.coq.toolchain import Toolchain
from symconv.prover.polynomial import variable
from symconv.statements.grammar import parse_outline

HEAD = """\
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect ssralg.
From Symconv Require Import Polynomials Sums Terms Evidence Rules Checker Statements Numbers Certified.
"""

#: Of which theorem, where in its certificate, and what stands there then.
CERTIFICATES: list[tuple[str, tuple[Any, ...], Any]] = [
    ("one_point", ("steps", 0, 2), "p"),
    ("one_point", ("steps", 0, 3), 1),
    ("one_point_of_two", ("steps", 1, 3), {"b": "b"}),
    ("equation", ("steps", 0, 3, 0, 0), [[1, 4], [1, 3]]),
    ("equation", ("steps", 0, 2, 0), bracket("i - n = 0")),
    ("empty", ("steps", 0, 2), [[1, 1], [1, 0]]),
    ("empty", ("steps", 0, 2, 0, 0), 2),
    ("cases", ("steps", 0, 2), poly("i - m + 1")),
    ("complement", ("steps", 0, 2), 1),
    ("reversal", ("steps", 0, 3), 1),
    ("reversal", ("steps", 0, 4), poly("n")),
    ("reversal", ("steps", 0, 5), poly("n + 1")),
    ("reversal", ("steps", 0, 6, 2), [[1, 2], [1, 0]]),
    ("shift", ("steps", 1, 5), poly("n + k - 1")),
    ("split", ("steps", 0, 5), poly("m")),
    ("split", ("steps", 0, 3), "j"),
    ("split", ("steps", 0, 7), [[1, 4], [1, 1]]),
    ("join", ("steps", 0, 2), "j"),
    ("join", ("steps", 0, 5), [[1, 9], [1, 1]]),
    ("count", ("steps", 0, 3), poly("2*i")),
    ("count", ("steps", 0, 5), [[1, 1]]),
    ("odd_numbers", ("steps", 0, 3), poly("i*i + i")),
    ("odd_numbers", ("steps", 0, 4), None),
    ("odd_numbers", ("steps", 0, 6), [[1, 4], [1, 0]]),
    ("matmul", ("steps", 0, 4, 0), factor("W[o, c, 1]")),
    ("matmul", ("steps", 0, 5, 1), [[[1, 4], [1, 2]], [[1, 4], [1, 3]]]),
    ("numerator", ("steps", 0, 3, 0, 1), poly("i + 1")),
    ("multiples", ("steps", 0, 5, 0, "equations", 0, 1), poly("i")),
    ("definition", ("steps", 0, 4), poly("3")),
    ("definition", ("steps", 1, 3), {"i": "i", "q": "i"}),
    ("im2col", ("steps", 1, 3), poly("a")),
    ("im2col", ("denominators", 0), [[1, 2], [1, 0]]),
    ("floor", ("denominators",), []),
    ("floor", ("denominators", 0), [[1, 0], [1, 1]]),
    ("swap", ("steps", 0, 3), {"i": "i", "j": "j", "p": "q", "q": "p"}),
    ("swap", ("steps", 0, 2), 0),
    ("twice", ("scale",), 1),
    ("twice", ("scale",), 4),
    ("nothing", ("scale",), 0),
    ("one_point", ("scale",), 2),
    ("reversal", ("scale",), 3),
]
#: The same of statements, each of which then says something else, or nothing.
STATEMENTS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("one_point", ("right", 0, "brackets"), [bracket("n - 1 - p >= 0")]),
    ("one_point", ("left", 0, "brackets", 0), bracket("i - p >= 0")),
    ("one_point_of_two", ("right", 0, "factors", 1), factor("X[b - s*y]")),
    ("equation", ("right", 0, "factors", 0), factor("X[n]")),
    ("empty", ("left", 0, "brackets", 0), bracket("n - i >= 0")),
    ("cases", ("right", 1, "brackets", 0), bracket("m - j >= 0")),
    ("swap", ("right", 0, "brackets", 0), bracket("0 - p >= 0")),
    ("swap", ("right", 0, "coefficient"), poly("i*q")),
    ("swap", ("right", 0, "ranges", 0, 1), poly("m + 1")),
    ("complement", ("right", 1, "coefficient"), poly("1")),
    ("reversal", ("right", 0, "factors", 0), factor("X[n - i]")),
    ("split", ("right", 0, "factors", 0), factor("X[i*n + j]")),
    ("split", ("left", 0, "ranges", 0, 1), poly("n*m + 1")),
    ("join", ("right", 0, "factors", 0), factor("X[v, c]")),
    ("count", ("right", 0, "coefficient"), poly("n + 1")),
    ("count", ("assume",), []),
    ("odd_numbers", ("assume", 1), poly("m - n")),
    ("matmul", ("right", 0, "factors", 1), factor("Y[c, y]")),
    ("definition", ("right", 0, "quotients", 0, 2), poly("3")),
    ("twin_quotients", ("right", 0, "quotients", 0, 2), poly("3")),
    ("maximum", ("defined", 0, 0), "floor"),
    ("maximum", ("defined", 0, 3), poly("1")),
    ("floor", ("defined", 0, 2), poly("0 - n")),
    ("twice", ("right", 0, "coefficient"), poly("n - i")),
    ("nothing", ("left", 0, "coefficient"), poly("1")),
    ("cases", ("assume",), [poly("j")]),
    ("reversal", ("right", 0, "ranges"), [["i", poly("n")], ["i", poly("n")]]),
]


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = deepcopy(data)
    assert value != _at(copy, path)
    put(copy, path, deepcopy(value))
    return copy


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


def asked(outlined: OutlinedSequent, made: Any, expected: bool, with_tensors: bool | None = None) -> str:
    """That the checker says yes, or no; by the check for statements about integers where no tensor occurs."""
    names = Names.of(outlined, made["steps"])
    about_numbers = outlined.is_about_numbers if with_tensors is None else not with_tensors
    check_of = "check_numbers" if about_numbers else "check_statement"
    return (
        f"Goal {check_of} ({told(outlined, names).data}) ({certificate(names, made)}) = {str(expected).lower()}.\n"
        "Proof. vm_compute. reflexivity. Qed.\n"
    )


def plain(statement: Any) -> OutlinedSequent:
    return OutlinedSequent.plain(formal(statement))


def is_accepted_by_python(statement: Any, made: Any) -> bool:
    try:
        check({**made, "statement": statement_hash(statement)}, statement)
    except Rejected:
        return False
    return True


def changes() -> Iterator[str]:
    """Each theorem as it is, each with one change, and each without its last step."""
    for statement, made in MADE.values():
        yield asked(plain(statement), made, True)
        if made["steps"]:
            yield asked(plain(statement), {**made, "steps": made["steps"][:-1]}, False)
    for name, path, value in CERTIFICATES:
        statement, made = MADE[name]
        other = changed(made, path, value)
        assert not is_accepted_by_python(statement, other), (name, path)
        yield asked(plain(statement), other, False)
    for name, path, value in STATEMENTS:
        statement, made = MADE[name]
        other = changed(statement, path, value)
        assert not is_accepted_by_python(other, made), (name, path)
        yield asked(plain(other), made, False)


def test_each_rule_has_a_change() -> None:
    rules = {MADE[name][1]["steps"][path[1]][0] for name, path, _ in CERTIFICATES if path[0] == "steps"}
    assert rules | {"quotient"} == {*STEPS}
    assert {"denominators", "scale"} <= {path[0] for _, path, _ in CERTIFICATES}
    assert len(CERTIFICATES) + len(STATEMENTS) >= 60


def attacks() -> Iterator[str]:
    """False statements with steps that would prove them, were it not for one condition of a rule."""
    for attack in ATTACKS.values():
        with suppress(KeyError, IndexError):  # a name without a number: nothing for Coq to read
            yield asked(plain(attack.statement), attack.certificate, False)


def scales() -> Iterator[str]:
    """A multiple of both sides decides numbers only: the scale alone is what is wrong, the sequent itself passes."""
    statement, made = MADE["one_point"]
    twice = {**made, "scale": 2}
    names = Names.of(plain(statement), made["steps"])
    data, proof = told(plain(statement), names).data, certificate(names, twice)
    passes = f"(if flattened ({data}) is Some s then check s ({proof}) else false)"
    numbers, count = MADE["count"]
    yield from (
        f"Goal {passes} = true.\nProof. vm_compute. reflexivity. Qed.\n",
        asked(plain(statement), twice, False),
        asked(plain(statement), made, False, with_tensors=False),
        asked(plain(numbers), count, True, with_tensors=True),
        asked(plain(numbers), {**count, "scale": 2}, False, with_tensors=True),
        asked(plain(MADE["twice"][0]), MADE["twice"][1], False, with_tensors=True),
    )


def captures() -> Iterator[str]:
    """A definition that says something else, or binds a name that is bound where it is read."""
    where = ["Z[y] = sum(u < k) W[u]*X[y + u]"]
    given = outlined(parse_outline("sum(i < n) Z[i] = sum(j < n, v < k) W[v]*X[j + v]", where=where))
    made = certificate_of(given.sequent)
    assert made is not None
    (definition,) = given.definitions
    (term,) = definition.terms
    ((bound, extent),) = term.ranges
    (outer, _), *_ = given.left[0].ranges
    (parameter,) = definition.parameters

    def other(**changes: Any) -> OutlinedSequent:
        return replace(given, definitions=(replace(definition, **changes),))

    hidden = {bound: variable(outer)}
    same_name = replace(term.put(hidden), ranges=((outer, extent),))
    hides_parameter = replace(term.put({bound: variable(parameter)}), ranges=((parameter, extent),))
    (w, (x, (at,))) = term.factors[0], term.factors[1]
    yield from (
        asked(given, made, True),
        asked(other(terms=(same_name,)), made, False),
        asked(other(terms=(hides_parameter,)), made, False),
        asked(other(terms=(replace(term, factors=(w, (x, (at + 1,)))),)), made, False),
        asked(other(terms=(replace(term, ranges=((bound, extent + 1),)),)), made, False),
        asked(other(terms=(replace(term, coefficient=term.coefficient * 2),)), made, False),
        asked(other(terms=(term, term)), made, False),
        asked(other(terms=(replace(term, factors=(*term.factors, (definition.name, (at,)))),)), made, False),
        asked(replace(given, definitions=()), made, False),
    )


# ------------------------------------------------------------------ texts that say something else
#: What stands in the text, and what is put in its place.
TEXTS = [
    ("(0 < n)%Z -> ", ""),
    ("(i < n)%Z ->", "(i <= n)%Z ->"),
    ("[? 0 <= y ]", "[? 0 < y ]"),
    ("[? y < h ]", "[? y <= h ]"),
    ("W u *", "W (u + 1)%Z *"),
    ("W u *", "[int 2] * W u *"),
    ("W u *", "X u *"),
    ("\\sum[ u < k ]", "\\sum[ u < k + 1 ]"),
    ("P (i + u)%Z", "X (i + u)%Z"),
    ("P (i + u)%Z", "P (i - u)%Z"),
    ("let P y := ", "let P y := [int 1] * "),
    ("= \\sum", "= [int 0] + \\sum"),
]


def true_theorem() -> TheoremText:
    where = ["P[y] = X[y]*[0 <= y < h]"]
    given = outlined(
        parse_outline("for i < n: sum(u < k) W[u]*P[i + u] = sum(a < k) W[a]*X[i + a]*[i + a < h]", where=where)
    )
    made = certificate_of(given.sequent)
    assert made is not None
    return theorem_text(CoqTheorem("t", "", given, made))


def texts() -> Iterator[str]:
    """A theorem, and the same proof for texts to which its data does not compute."""
    text = true_theorem()
    body = text.proof.removeprefix("Proof.\n").removesuffix("Qed.\n")
    yield f"{text.data}{text.statement}{text.proof}"
    for number, (old, new) in enumerate(TEXTS):
        assert old in text.statement, (old, text.statement)
        statement = text.statement.replace(old, new, 1).replace("Theorem t ", f"Theorem t{number} ", 1)
        yield f"{statement}Proof.\nFail {body}Abort.\n"


def test_what_is_true_is_accepted_and_all_else_refused(toolchain: Toolchain, checker: Path, tmp_path: Path) -> None:
    several = {made.__name__: list(made()) for made in (changes, attacks, scales, captures, texts)}
    assert {name: len(goals) for name, goals in several.items() if name != "attacks"} == {
        "changes": 2 * len(MADE) - 1 + len(CERTIFICATES) + len(STATEMENTS),
        "scales": 6,
        "captures": 9,
        "texts": 1 + len(TEXTS),
    }
    assert len(several["attacks"]) > 40
    (tmp_path / "Asked.v").write_text(HEAD + "".join(goal for goals in several.values() for goal in goals))
    assert compile_file(toolchain, tmp_path, (checker,), "Asked").error == ""
