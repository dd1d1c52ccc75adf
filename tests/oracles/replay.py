"""Statements and certificates in JSON as the kernel takes them: each step is asked of the kernel again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oracles.certificates import sequent
from symconv.prover import kernel
from symconv.prover.evidence import Equations, Refutation
from symconv.prover.kernel import State
from symconv.prover.polynomial import Polynomial
from symconv.prover.positivity import nonnegative
from symconv.prover.sequent import Bracket, Defined, Factor, Quotient, Sequent, Term


def formal(statement: Any) -> Sequent:
    """The statement."""
    return Sequent(
        tuple(Defined(kind, name, poly(a), poly(b)) for kind, name, a, b in statement["defined"]),
        tuple(map(poly, statement["assume"])),
        tuple(map(term, statement["left"])),
        tuple(map(term, statement["right"])),
    )


def term(data: Any) -> Term:
    """A term."""
    return Term(
        poly(data["coefficient"]),
        tuple((v, poly(n)) for v, n in data["ranges"]),
        tuple(Quotient(q, poly(a), poly(b)) for q, a, b in data["quotients"]),
        tuple(map(bracket, data["brackets"])),
        tuple(map(factor, data["factors"])),
    )


def poly(data: Any) -> Polynomial:
    """A polynomial."""
    return Polynomial({tuple(names): c for c, *names in data})


def bracket(data: Any) -> Bracket:
    """A bracket."""
    return Bracket(data[0], poly(data[1]))


def factor(data: Any) -> Factor:
    """An entry of a tensor."""
    return data[0], tuple(map(poly, data[1]))


def start(one: Any, assume: Sequence[str] = ()) -> State:
    """The state of one term alone, or of two."""
    parts = one if isinstance(one, list) else [one]
    statement = formal(sequent(parts, [], assume))
    proofs = [nonnegative(statement.facts, q.b - 1) for t in statement.left for q in t.quotients]
    return kernel.begin(statement, [p or () for p in proofs])


def replay(certificate: Any, statement: Any) -> State:
    """The state after all steps of the certificate; raises ``RuleError`` where the kernel refuses one."""
    state = kernel.begin(formal(statement), [*map(proof, certificate["denominators"])], certificate.get("scale", 1))
    for step in certificate["steps"]:
        state = apply(state, step)
    return state


def apply(state: State, step: Sequence[Any]) -> State:
    """The state after one step."""
    name, *arguments = step
    return STEPS[name](state, *arguments)


def proof(data: Any) -> Any:
    """Products, equations, or both."""
    if not isinstance(data, Mapping):
        return data
    equations = Equations(tuple((i, poly(multiple)) for i, multiple in data["equations"]))
    return Refutation(data["products"], equations) if "products" in data else equations


def pair(data: Any) -> Any:
    """Two proofs, or equations."""
    return proof(data) if isinstance(data, Mapping) else tuple(map(proof, data))


def _either(data: Any) -> Any:
    """What shows a bracket, of either kind: products have numbers where a pair has proofs."""
    is_pair = isinstance(data, (list, tuple)) and any(
        isinstance(part, Mapping) or (part and not isinstance(part[0], int)) for part in data
    )
    return pair(data) if is_pair else proof(data)


def _brackets(state: State, j: int, new: Any, forth: Any, back: Any) -> State:
    return kernel.brackets(state, j, [*map(bracket, new)], [*map(_either, forth)], [*map(_either, back)])


def _reindex(state: State, j: int, v: str, sign: int, c: Any, m: Any, proofs: Any) -> State:
    return kernel.reindex(state, j, v, sign=sign, c=poly(c), m=poly(m), proofs=[*map(proof, proofs)])


def _split(state: State, j: int, v: str, q: str, r: str, N: Any, M: Any, P: Any, Q: Any) -> State:
    return kernel.split(state, j, v, digits=(q, r), extents=(poly(N), poly(M)), proofs=(proof(P), proof(Q)))


def _join(state: State, j: int, q: str, r: str, v: str, P: Any, Q: Any) -> State:
    return kernel.join(state, j, (q, r), v, (proof(P), proof(Q)))


def _sum(state: State, j: int, v: str, F: Any, i: Any, P: Any, Q: Any) -> State:
    return kernel.add_up(state, j, v, F=poly(F), i=i, proofs=(proof(P), None if Q is None else proof(Q)))


def _rewrite(state: State, j: int, coefficient: Any, quotients: Any, factors: Any, proofs: Any) -> State:
    return kernel.rewrite(
        state,
        j,
        coefficient=poly(coefficient),
        numerators=[poly(a) for _, a, _ in quotients],
        factors=[*map(factor, factors)],
        proofs=[*map(pair, proofs)],
    )


def _define(state: State, j: int, q: str, a: Any, b: Any, P: Any) -> State:
    return kernel.define(state, j, q, a=poly(a), b=poly(b), proof=proof(P))


def _quotient(state: State, j: int, q: str, e: Any, both: Any) -> State:
    return kernel.put_quotient(state, j, q, None if e is None else poly(e), None if both is None else pair(both))


#: How each rule of a certificate is asked of the kernel.
STEPS: dict[str, Callable[..., State]] = {
    "point": kernel.point,
    "brackets": _brackets,
    "empty": lambda state, j, P: kernel.empty(state, j, proof(P)),
    "case": lambda state, j, p: kernel.case(state, j, poly(p)),
    "complement": kernel.complement,
    "reindex": _reindex,
    "split": _split,
    "join": _join,
    "sum": _sum,
    "rewrite": _rewrite,
    "define": _define,
    "quotient": _quotient,
    "merge": kernel.merge,
}
