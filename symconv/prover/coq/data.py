"""Certificates as data of Coq, one to one: polynomials, proofs and steps with numbers in the place of names."""

# ruff: noqa: PLR0917 (a step of a certificate holds what its rule takes, in that order)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from symconv.prover.coq.names import Names


def listed(parts: Iterable[str]) -> str:
    """A list.

    >>> listed(["1", "2"]), listed([])
    ('[:: 1; 2]', '[::]')
    """
    written = "; ".join(parts)
    return f"[:: {written}]" if written else "[::]"


def integer(value: int) -> str:
    """An integer, which Coq takes for one of type Z."""
    value = int(value)
    return f"({value})%Z" if value < 0 else f"{value}%Z"


def polynomial(names: Names, data: Sequence[Sequence[Any]]) -> str:
    """A polynomial as a certificate has it."""
    return listed(f"({integer(c)}, {listed(str(names.numbers[x]) for x in at)})" for c, *at in data)


def certificate(names: Names, data: Mapping[str, Any]) -> str:
    """A whole certificate; that it is for the statement is for Coq to see."""
    denominators = listed(proof(names, given) for given in data["denominators"])
    steps = ";\n  ".join(step(names, given) for given in data["steps"])
    return f"Certificate {denominators} {integer(data['scale'])} [::{' ' if steps else ''}{steps}]"


def proof(names: Names, data: Any) -> str:
    """Products of facts, and multiples of equations, that are together a negative constant."""
    products, equations = (data["products"], data["equations"]) if isinstance(data, Mapping) else (data, ())
    written = listed(f"({integer(c)}, {listed(map(str, at))})" for c, *at in products)
    return f"(Refute {written} {_multiples(names, equations)})"


def zero_proof(names: Names, data: Any) -> str:
    """That a polynomial is 0."""
    if isinstance(data, Mapping):
        return f"(Multiples {_multiples(names, data['equations'])})"
    one, other = data
    return f"(Both {proof(names, one)} {proof(names, other)})"


def _multiples(names: Names, equations: Sequence[Any]) -> str:
    return listed(f"({i}, {polynomial(names, p)})" for i, p in equations)


def _bracket_proof(names: Names, data: Any) -> str:
    """A proof for a bracket: what proves an equation has two proofs in it, or equations alone."""
    if isinstance(data, Mapping):
        is_equation = "products" not in data
    else:
        is_equation = isinstance(data[0], Mapping) or isinstance(data[0][0], (list, tuple))
    return f"(ForEq {zero_proof(names, data)})" if is_equation else f"(ForGe {proof(names, data)})"


def _bracket(names: Names, data: Any) -> str:
    kind, p = data
    return f"({'Eq' if kind == '=' else 'Ge'}, {polynomial(names, p)})"


def step(names: Names, data: Sequence[Any]) -> str:
    """One step of a certificate."""
    rule, *arguments = data
    return _Steps(names).written(rule, arguments)


class _Steps:
    """Each rule of certificates as a constructor of Coq."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def written(self, rule: str, arguments: Sequence[Any]) -> str:
        parts: Sequence[str] = getattr(self, f"_{rule}")(*arguments)
        return " ".join(parts)

    def _number(self, name: str) -> str:
        return str(self._names.numbers[name])

    def _polynomial(self, data: Any) -> str:
        return polynomial(self._names, data)

    def _proof(self, data: Any) -> str:
        return proof(self._names, data)

    def _point(self, j: int, v: str, i: int) -> Sequence[str]:
        return ("Point", str(j), self._number(v), str(i))

    def _brackets(self, j: int, new: Any, forth: Any, back: Any) -> Sequence[str]:
        kept = listed(_bracket(self._names, b) for b in new)
        proofs = (listed(_bracket_proof(self._names, p) for p in given) for given in (forth, back))
        return ("Brackets", str(j), kept, *proofs)

    def _empty(self, j: int, given: Any) -> Sequence[str]:
        return ("Empty", str(j), self._proof(given))

    def _case(self, j: int, p: Any) -> Sequence[str]:
        return ("Case", str(j), self._polynomial(p))

    def _complement(self, j: int, i: int) -> Sequence[str]:
        return ("Complement", str(j), str(i))

    def _reindex(self, j: int, v: str, sign: int, c: Any, m: Any, proofs: Any) -> Sequence[str]:
        shift = (self._polynomial(c), self._polynomial(m))
        return ("Reindex", str(j), self._number(v), "true" if sign < 0 else "false", *shift, *map(self._proof, proofs))

    def _split(self, j: int, v: str, q: str, r: str, N: Any, M: Any, P: Any, Q: Any) -> Sequence[str]:
        extents = (self._polynomial(N), self._polynomial(M))
        return ("Split", str(j), *map(self._number, (v, q, r)), *extents, self._proof(P), self._proof(Q))

    def _join(self, j: int, q: str, r: str, v: str, P: Any, Q: Any) -> Sequence[str]:
        return ("Join", str(j), *map(self._number, (q, r, v)), self._proof(P), self._proof(Q))

    def _sum(self, j: int, v: str, F: Any, i: int | None, P: Any, Q: Any) -> Sequence[str]:
        place = "None" if i is None else f"(Some {i})"
        second = "None" if Q is None else f"(Some {self._proof(Q)})"
        return ("SumUp", str(j), self._number(v), self._polynomial(F), place, self._proof(P), second)

    def _rewrite(self, j: int, coefficient: Any, quotients: Any, factors: Any, proofs: Any) -> Sequence[str]:
        numerators = listed(self._polynomial(a) for _, a, _ in quotients)
        written = listed(f"({self._names.tensors[t]}, {listed(map(self._polynomial, at))})" for t, at in factors)
        zeros = listed(zero_proof(self._names, p) for p in proofs)
        return ("Rewrite", str(j), self._polynomial(coefficient), numerators, written, zeros)

    def _define(self, j: int, q: str, a: Any, b: Any, given: Any) -> Sequence[str]:
        return ("Define", str(j), self._number(q), self._polynomial(a), self._polynomial(b), self._proof(given))

    def _quotient(self, j: int, q: str, e: Any, pair: Any) -> Sequence[str]:
        value = "None" if e is None else f"(Some ({self._polynomial(e)}, {zero_proof(self._names, pair)}))"
        return ("PutQuotient", str(j), self._number(q), value)

    def _merge(self, j: int, k: int, names: Mapping[str, str]) -> Sequence[str]:
        pairs = listed(f"({self._number(old)}, {self._number(new)})" for old, new in names.items())
        return ("Merge", str(j), str(k), pairs)
