"""Whatever checker or kernel accept is true: changed certificates, false statements, and attacks on each condition."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import settings

from oracles.attacks import ATTACKS, Attack
from oracles.grids import differences, small_points
from oracles.mutants import BOTH, CERTIFICATE, STATEMENT, Mutation, mutated
from oracles.proved import Proved
from oracles.replay import replay
from oracles.sequents import evaluate, free_names, holds_or_is_excluded
from oracles.sequents import hashed as plain_hash
from oracles.weakenings import TRUSTING, Weakening, weakened
from symconv.prover.checker import Rejected, check, statement_hash
from symconv.prover.evidence import RuleError

#: Ten times more at night.
NIGHTLY = 10 if settings.default.max_examples >= 1_000 else 1
#: How many mutants of each kind.
MUTANTS: dict[str, tuple[Sequence[Mutation], int]] = {
    "certificates": (CERTIFICATE, 11_000 * NIGHTLY),
    "statements": (STATEMENT, 6_500 * NIGHTLY),
    "both alike": (BOTH, 2_500 * NIGHTLY),
}
#: Points at which a statement must hold that was accepted.
POINTS = 60


def is_accepted(certificate: Any, statement: Any, proved: Proved) -> bool:
    """Whether the checker accepts; a mutant's certificate is for the mutated statement."""
    try:
        same = statement == proved.statement
        digest = proved.certificate["statement"] if same else statement_hash(statement)
        check({**certificate, "statement": digest}, statement)
    except Rejected:
        return False
    return True


def is_replayed(certificate: Any, statement: Any) -> bool:
    """Whether the kernel takes all steps, and nothing is left; it is not made for data that is no certificate."""
    try:
        return replay(certificate, statement).is_proved
    except (RuleError, LookupError, TypeError, ValueError, AttributeError):
        return False


def is_false(statement: Any, points: int = POINTS) -> bool:
    """Whether the sides differ at a small point."""
    _, unequal = differences(statement, small_points(statement, points, 1))
    return len(unequal) > 0


def tried(library: Sequence[Proved], kinds: Sequence[Mutation], number: int, seed: int) -> Counter[str]:
    """How many mutants were accepted by checker or kernel, and whether what they prove is true."""
    random, count, known = Random(seed), Counter[str](), dict[str, bool]()
    # the shorter a certificate, the more often it is changed: its check is fast, and a change weighs more
    weights = [1 / len(json.dumps(proved.certificate)) for proved in library]
    for proved in random.choices(library, weights, k=number):
        statement, certificate = mutated(random, proved.statement, proved.certificate, kinds)
        by_checker, by_kernel = is_accepted(certificate, statement, proved), is_replayed(certificate, statement)
        count["accepted by the checker"] += by_checker
        count["accepted by the kernel"] += by_kernel
        count["refused by the kernel alone"] += by_checker and not by_kernel
        if not by_checker and not by_kernel:
            count["rejected"] += 1
            continue
        text = json.dumps(statement)
        if statement == proved.statement:
            known[text] = False
        if text not in known:
            known[text] = is_false(statement)
            count["other statements"] += 1
        count["false" if known[text] else "true"] += 1
    return count


def test_the_library_is_true_at_small_points(library: Sequence[Proved]) -> None:
    for proved in library:
        rows, unequal = differences(proved.statement, small_points(proved.statement, 100, 0))
        assert not len(unequal), proved.name
        assert len(rows) >= 4, proved.name


@pytest.mark.parametrize("kind", MUTANTS)
def test_what_is_accepted_is_true(kind: str, library: Sequence[Proved], record_property: Any) -> None:
    kinds, number = MUTANTS[kind]
    count = tried(library, kinds, number, seed=len(kind))
    record_property("mutants", dict(count))
    assert count["false"] == 0
    assert count["refused by the kernel alone"] == 0
    assert count["rejected"] >= 0.3 * number
    assert count["accepted by the checker"] >= 0.02 * number


def test_there_are_enough_mutants() -> None:
    assert sum(number for _, number in MUTANTS.values()) >= 20_000


@pytest.mark.parametrize("part", TRUSTING)
def test_mutants_catch_a_checker_that_looks_at_no_proof(part: str, library: Sequence[Proved]) -> None:
    with weakened(TRUSTING[part]):
        count = tried(library, STATEMENT, 400, seed=3)
    assert count["false"] >= 10, count


# ------------------------------------------------------------------ attacks


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_on_a_false_statement(name: str) -> None:
    assert is_false(ATTACKS[name].statement, 400)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused(name: str) -> None:
    attack = ATTACKS[name]
    assert not is_replayed(attack.certificate, attack.statement)
    assert not passes_the_checker(attack)


WEAK: dict[str, tuple[Attack, Weakening, bool]] = {
    f"{name}, {part}": (attack, weakening, part == "checker")
    for name, attack in ATTACKS.items()
    for part, weakening in (("kernel", attack.kernel), ("checker", attack.checker))
    if weakening is not None
}


@pytest.mark.parametrize("name", WEAK)
def test_an_attack_succeeds_without_the_condition_that_it_is_on(name: str) -> None:
    attack, weakening, by_checker = WEAK[name]
    with weakened(weakening):
        accepted = passes_the_checker(attack) if by_checker else is_replayed(attack.certificate, attack.statement)
    assert accepted


def passes_the_checker(attack: Attack) -> bool:
    """Whether the checker accepts the attack's own certificate."""
    try:
        check(attack.certificate, attack.statement)
    except Rejected:
        return False
    return True


def test_every_attack_is_on_a_condition() -> None:
    assert all(attack.kernel or attack.checker for attack in ATTACKS.values())
    assert len(WEAK) >= 60


# ------------------------------------------------------------------ the judge itself


def test_the_judge_agrees_with_plain_loops(library: Sequence[Proved]) -> None:
    """Statements of the library and changed ones, at points that plain loops manage."""
    random, seen = Random(4), Counter[bool]()
    while min(seen[True], seen[False]) < 12:
        proved = random.choice(library)
        statement, _ = mutated(random, proved.statement, proved.certificate, STATEMENT)
        if free_names(statement) == [] or not _is_read(statement):
            continue
        points = small_points(statement, 4, random.randrange(2**32), 40)
        rows, unequal = differences(statement, points, 400)
        for row in rows:
            sizes = {name: int(column[row]) for name, column in points.items()}
            equal = row not in unequal
            assert holds_or_is_excluded(statement, sizes, plain_hash) == equal, (statement, sizes)
            left, right = evaluate(statement, sizes, plain_hash)
            assert (left == right) == equal
            seen[equal] += 1


def _is_read(statement: Any) -> bool:
    try:
        statement_hash(statement)
    except Rejected:
        return False
    return True
