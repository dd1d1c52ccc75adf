"""Following a certificate step by step: the terms that each step takes, and those that it makes of them."""

# ruff: noqa: PLR0917 (a rule takes what its step in a certificate holds, in that order)

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symconv.errors import TheoremError, sentence
from symconv.prover import kernel
from symconv.prover.evidence import Equations, Refutation, RuleError
from symconv.prover.kernel import State
from symconv.prover.polynomial import Polynomial
from symconv.prover.sequent import Bracket, Defined, Factor, Quotient, Sequent, Term


@dataclass(frozen=True)
class Move:
    """One step: its rule and arguments as the certificate has them, the terms it takes, their places, and new terms."""

    rule: str
    arguments: tuple[Any, ...]
    places: tuple[int, ...]
    taken: tuple[Term, ...]
    made: tuple[Term, ...]


def moves(certificate: Mapping[str, Any], sequent: Mapping[str, Any]) -> Iterator[Move]:
    """The steps of an accepted certificate, both as JSON gives them; terms that are 0 are not among those made.

    Raises ``TheoremError`` where a step is not one of the kernel's.
    """
    try:
        state = begun(certificate, sequent)
        for step in certificate["steps"]:
            before, (rule, *arguments) = state.terms, step
            state = RULES[rule](state, *arguments)
            places = tuple(arguments[: 2 if rule == "merge" else 1])
            kept = len(before) - len(places)
            yield Move(rule, tuple(arguments), places, tuple(before[j] for j in places), state.terms[kept:])
    except (RuleError, LookupError, TypeError) as error:
        raise TheoremError(
            sentence("certificate", f"cannot be followed ({error})", "see whether symconv check accepts it")
        ) from None


def begun(certificate: Mapping[str, Any], sequent: Mapping[str, Any]) -> State:
    """The kernel's state before the first step; raises ``RuleError`` where a divisor is not shown to be at least 1."""
    return kernel.begin(sequent_of(sequent), _evidence(certificate["denominators"]), certificate.get("scale", 1))


def sequent_of(data: Mapping[str, Any]) -> Sequent:
    """A statement as JSON gives it, as the kernel has it.

    >>> term = {"coefficient": [[2]], "ranges": [], "quotients": [], "brackets": [], "factors": [["X", []]]}
    >>> print(sequent_of({"defined": [], "assume": [], "left": [term], "right": []}).left[0])
    (2)*X[]
    """
    return Sequent(
        tuple(Defined(kind, name, polynomial(a), polynomial(b)) for kind, name, a, b in data["defined"]),
        tuple(polynomial(p) for p in data["assume"]),
        tuple(map(_term, data["left"])),
        tuple(map(_term, data["right"])),
    )


def polynomial(data: Sequence[Sequence[Any]]) -> Polynomial:
    """``[[c, name, ...], ...]`` as a polynomial.

    >>> polynomial([[-1], [2, "k"]])
    Polynomial(2*k - 1)
    """
    return Polynomial({tuple(names): c for c, *names in data})


def _term(data: Mapping[str, Any]) -> Term:
    return Term(
        polynomial(data["coefficient"]),
        tuple((v, polynomial(n)) for v, n in data["ranges"]),
        tuple(Quotient(q, polynomial(a), polynomial(b)) for q, a, b in data["quotients"]),
        tuple(map(_bracket, data["brackets"])),
        tuple(map(_factor, data["factors"])),
    )


def _bracket(data: Sequence[Any]) -> Bracket:
    kind, p = data
    return Bracket(kind, polynomial(p))


def _factor(data: Sequence[Any]) -> Factor:
    tensor, at = data
    return tensor, tuple(map(polynomial, at))


def _evidence(data: Any) -> Any:
    """Proofs as the kernel has them: lists are plain data already, equations have polynomials in them."""
    if isinstance(data, Mapping):
        equations = Equations(tuple((i, polynomial(multiple)) for i, multiple in data["equations"]))
        return Refutation(data["products"], equations) if "products" in data else equations
    return [*map(_evidence, data)] if isinstance(data, list) else data


def _brackets(state: State, j: int, new: Any, forth: Any, back: Any) -> State:
    return kernel.brackets(state, j, [*map(_bracket, new)], _evidence(forth), _evidence(back))


def _reindex(state: State, j: int, v: str, sign: int, c: Any, m: Any, proofs: Any) -> State:
    return kernel.reindex(state, j, v, sign=sign, c=polynomial(c), m=polynomial(m), proofs=_evidence(proofs))


def _split(state: State, j: int, v: str, q: str, r: str, N: Any, M: Any, P: Any, Q: Any) -> State:
    extents, proofs = (polynomial(N), polynomial(M)), (_evidence(P), _evidence(Q))
    return kernel.split(state, j, v, digits=(q, r), extents=extents, proofs=proofs)


def _join(state: State, j: int, q: str, r: str, v: str, P: Any, Q: Any) -> State:
    return kernel.join(state, j, (q, r), v, (_evidence(P), _evidence(Q)))


def _sum(state: State, j: int, v: str, F: Any, i: int | None, P: Any, Q: Any) -> State:
    return kernel.add_up(state, j, v, F=polynomial(F), i=i, proofs=(_evidence(P), _evidence(Q)))


def _rewrite(state: State, j: int, coefficient: Any, quotients: Any, factors: Any, proofs: Any) -> State:
    return kernel.rewrite(
        state,
        j,
        coefficient=polynomial(coefficient),
        numerators=[polynomial(a) for _, a, _ in quotients],
        factors=[*map(_factor, factors)],
        proofs=_evidence(proofs),
    )


def _define(state: State, j: int, q: str, a: Any, b: Any, proof: Any) -> State:
    return kernel.define(state, j, q, a=polynomial(a), b=polynomial(b), proof=_evidence(proof))


def _quotient(state: State, j: int, q: str, e: Any, pair: Any) -> State:
    return kernel.put_quotient(state, j, q, None if e is None else polynomial(e), _evidence(pair))


#: Each rule of certificates, asked of the kernel with the arguments that a step has.
RULES: Mapping[str, Callable[..., State]] = {
    "point": kernel.point,
    "brackets": _brackets,
    "empty": lambda state, j, proof: kernel.empty(state, j, _evidence(proof)),
    "case": lambda state, j, p: kernel.case(state, j, polynomial(p)),
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
