"""``prove`` and ``check``: the search proposes, the independent checker judges."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from sympy.logic.boolalg import Boolean

from symconv.errors import StatementError, sentence
from symconv.prover import checker
from symconv.prover.kernel import State
from symconv.prover.reading import read
from symconv.prover.refuting.refuter import refute
from symconv.prover.searching.search import Search
from symconv.prover.sequent import Sequent
from symconv.prover.theorem import Refuted, Theorem, Unknown, certificate_data, is_certified
from symconv.statements import Statement
from symconv.statements.equating import equate
from symconv.statements.expression import Expression, Scalar
from symconv.statements.grammar import parse_condition, parse_expression, parse_proposition
from symconv.statements.proposition import Proposition

Side = Expression | Scalar | Statement | str
#: Seconds that a proof attempt may take, refutation included.
TIME_LIMIT = 20.0
#: Proving and refuting take turns: how many guesses a proof may follow (none after simplification, at first), then the
#: share of the time that a refutation may take.
ATTEMPTS = ((0, 0.002), (20, 0.015), (60, 0.15), (200, 0.3))


def prove(
    left: Side | Proposition,
    right: Side | None = None,
    assuming: Iterable[Boolean | bool | str] | Boolean | bool | str = (),
    *,
    time_limit: float = TIME_LIMIT,
) -> Theorem:
    """The theorem that ``left = right`` for all sizes, all indices and all tensors, under the conditions ``assuming``.

    Sides are expressions in index notation, formulas, texts of either, or two statements of layers; or one
    ``Proposition`` (or the text of one, with " = ") is given instead of both.  Sizes are positive, indices run from 0,
    and a sum over a range that is not positive is 0.

    Raises ``Refuted`` with a counterexample, ``Unknown`` where neither a proof nor a counterexample is found within
    ``time_limit`` seconds, and ``StatementError`` or ``GrammarError`` for what the language of statements lacks.

    >>> import symconv as sc
    >>> i, u = sc.indices("i u"); K = sc.sizes("K"); X, W = sc.tensor("X"), sc.tensor("W")
    >>> print(sc.prove(sc.total(W[u] * X[i + u], (u, K)), sc.total(W[K - 1 - u] * X[i + K - 1 - u], (u, K))))
    theorem (2 steps, certificate ...): sum(u < K) W[u]*X[i + u] = sum(u < K) W[K - u - 1]*X[K + i - u - 1]
    """
    statement = proposition_of(left, right, assuming)
    end = time.monotonic() + time_limit
    sequent = read(statement)
    search = Search(sequent, end)
    for guesses, share in ATTEMPTS:
        if (state := search.follow(guesses)) is not None:
            return certified(statement, sequent, state)
        seconds = min(share * time_limit, max(0.0, end - time.monotonic()))
        if (counterexample := refute(statement, seconds=seconds)) is not None:
            raise Refuted(statement, counterexample)
    raise Unknown(statement, search.reason)


def certified(statement: Proposition, sequent: Sequent, state: State) -> Theorem:
    """The theorem, once the independent checker has accepted the certificate as a reader would meet it."""
    certificate = certificate_data(sequent, state)
    if not state.is_proved or not is_certified(certificate, sequent):
        raise Unknown(statement, "the checker refused the certificate that was found")
    return Theorem(statement, sequent, certificate)


def proposition_of(
    left: Side | Proposition, right: Side | None, assuming: Iterable[Any] | Boolean | bool | str = ()
) -> Proposition:
    """The proposition that the arguments of ``prove`` mean."""
    conditions = (assuming,) if isinstance(assuming, (Boolean, bool, str)) else tuple(assuming)
    if isinstance(left, Proposition) and right is None:
        if not conditions:
            return left
        return Proposition.of(left.left, left.right, left.ranges, (*left.assuming, *_read(conditions)))
    if isinstance(left, str) and right is None:
        return parse_proposition(left, assuming=conditions)
    if isinstance(left, Statement) and isinstance(right, Statement):
        met = equate(left, right)
        return Proposition.of(met.left, met.right, met.ranges, (*met.assuming, *_read(conditions)))
    if right is None or isinstance(left, (Statement, Proposition)) or isinstance(right, (Statement, Proposition)):
        given = "a statement" if isinstance(right, Statement) else str(right)
        raise StatementError(
            sentence(f"right={given}", "does not go with the left side", "give two expressions, or two statements")
        )
    ends = [parse_expression(side) if isinstance(side, str) else side for side in (left, right)]
    return Proposition.of(ends[0], ends[1], assuming=_read(conditions))


def _read(conditions: Iterable[Any]) -> tuple[Boolean | bool, ...]:
    return tuple(parse_condition(c) if isinstance(c, str) else c for c in conditions)


def check(
    certificate: Mapping[str, Any] | str | bytes | Theorem, statement: Proposition | Sequent | Mapping[str, Any] | str
) -> bool:
    """Whether the independent checker accepts the certificate for this statement; any doubt is False.

    ``certificate`` is plain data, its JSON text, or a theorem, of which only the certificate is looked at;
    ``statement`` a proposition, its text, or a sequent (also as plain data).
    Raises ``StatementError`` or ``GrammarError`` where the statement itself cannot be read.

    >>> import symconv as sc
    >>> theorem = sc.prove("sum(u < K) X[u]", "sum(v < K) X[v]")
    >>> sc.check(theorem.certificate, theorem.statement), sc.check(theorem.certificate, "sum(u < K) X[u] = 0")
    (True, False)
    """
    given = certificate.certificate if isinstance(certificate, Theorem) else certificate
    match statement:
        case Proposition():
            sequent: Any = read(statement).json()
        case Sequent():
            sequent = statement.json()
        case str():
            sequent = read(parse_proposition(statement)).json()
        case _:
            sequent = statement
    try:
        if isinstance(given, (str, bytes)):
            checker.check_text(given, json.dumps(sequent))
        else:
            checker.check(given, sequent)
    except checker.Rejected:
        return False
    return True
