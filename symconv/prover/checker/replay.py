"""Check certificates: proofs that two sums of products of tensors are equal.  Who trusts this trusts the proof.

Whatever found a certificate (a search, a file, a stranger) may be wrong: a wrong certificate is rejected here.  What
must be right is this room alone, four files to be read in this order: `sequents` (what a statement says),
`polynomials`, `rules` (why each step is right) and this one.  They use the standard
library and nothing else of symconv, and decide by the arithmetic of integer polynomials alone.

A certificate is JSON: ``{"format": 1, "statement": hash, "denominators": [proof], "scale": d, "steps": [step]}``.  The
check holds a list of terms, at first those of left and, negated, those of right, all times d, which is 1 where there
are tensors.  Each step takes a term out of the list (two, to merge them) and puts terms of the same sum at the end;
terms with coefficient 0 are left out.  If the list is empty at last, left - right = 0, whatever the integers, the ring
and the tensors are.

A proof shows that some facts, polynomials known to be >= 0, never hold together: a list of products ``[c, i, j, ...]``,
c > 0 times the facts at these positions, whose sum is a negative constant; multiples of equations among the facts may
be added.  p >= 0 is proved by refuting p <= -1, and p = 0 by two such proofs or as a sum of multiples of equations.

On the command line, ``python -m symconv.prover.checker CERTIFICATE STATEMENT`` prints what was checked and the verdict;
its exit status is 0 (accepted), 1 (rejected) or 2 (not checked).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from symconv.prover.checker.polynomials import (
    INTEGER_LIMIT,
    MOST_BYTES,
    MOST_DIGITS,
    MOST_NESTING,
    Polynomial,
    Rejected,
    Work,
    require,
    variable,
)
from symconv.prover.checker.rules import DEFINITION_FACTS, RULES, Context, Fact
from symconv.prover.checker.sequents import (
    Statement,
    Term,
    hash_of,
    read_list,
    read_object,
    read_position,
    read_statement,
    text_of,
)

__all__ = ["Rejected", "check", "check_text", "describe", "main", "statement_hash"]


def check(certificate: Any, sequent: Any) -> None:
    """Check that the certificate proves the statement, both as ``json.loads`` gives them; raises `Rejected` if not.

    >>> term = {"coefficient": [[1]], "ranges": [], "quotients": [], "brackets": [], "factors": [["X", []]]}
    >>> sequent = {"defined": [], "assume": [], "left": [term], "right": [term]}
    >>> certificate = {"format": 1, "statement": statement_hash(sequent), "denominators": [], "scale": 1, "steps": []}
    >>> check(certificate | {"steps": [["merge", 0, 1, {}]]}, sequent)
    >>> check(certificate, sequent)
    Traceback (most recent call last):
    ...
    symconv.prover.checker.polynomials.Rejected: The steps leave 2 terms.
    """
    work = Work()
    statement = read_statement(sequent, work)
    version, claimed, denominators, scale, steps = read_object(
        certificate, "format statement denominators scale steps", "certificate"
    )
    require(type(version) is int and version == 1, "The format of the certificate is not 1.")
    require(claimed == hash_of(statement), "The certificate is for another statement.")
    context = _context(statement, denominators, work)
    number = _scale(statement, scale)
    terms = _nonzero([*_scaled(statement.left, number), *_scaled(statement.right, -number)])
    for number, step in enumerate(read_list(steps, "list of steps")):
        try:
            terms = _after(context, terms, step)
        except Rejected as why:
            raise Rejected(f"Step {number}: {why}") from None
    require(not terms, f"The steps leave {len(terms)} terms.")


def _context(statement: Statement, proofs: Any, work: Work) -> Context:
    """The facts on global names, after proofs that every denominator is >= 1.

    The denominator of a defined floor is proved by all assumptions, but by the earlier definitions alone: whatever
    integers the name and the later ones are.  So none is used before it is known to make sense.
    """
    known: list[Fact] = []
    denominators = []
    for kind, name, a, b in statement.defined:
        if kind == "floor":
            denominators.append((len(known), b))
        known += DEFINITION_FACTS[kind](variable(name, work), a, b)
    for term in [*statement.left, *statement.right]:
        denominators += [(len(known), b) for _, b in term.quotients.values()]
    assumed = [_always(p) for p in statement.assume]
    context = Context(statement.names, known + assumed, work)
    proofs = read_list(proofs, "list of proofs for denominators", len(denominators))
    for number, ((count, b), proof) in enumerate(zip(denominators, proofs, strict=True)):
        try:
            context.prove(known[:count] + assumed, ">=", b - 1, proof)
        except Rejected as why:
            raise Rejected(f"Denominator {number}: {why}") from None
    return context


def _always(p: Polynomial) -> Fact:
    return lambda: p


def _scale(statement: Statement, scale: Any) -> int:
    """A number d: d*left = d*right decides where both sides are integers, as no term has a tensor; else d is 1."""
    if type(scale) is not int or not 0 < scale < INTEGER_LIMIT:
        raise Rejected("The scale is not an integer > 0.")
    tensors = any(term.factors for term in [*statement.left, *statement.right])
    require(scale == 1 or not tensors, "The scale of a statement about tensors is not 1.")
    return scale


def _scaled(terms: Sequence[Term], number: int) -> list[Term]:
    return [replace(term, coefficient=term.coefficient * number) for term in terms]


def _nonzero(terms: Sequence[Term]) -> list[Term]:
    return [term for term in terms if term.coefficient.monomials]


def _after(context: Context, terms: Sequence[Term], step: Any) -> list[Term]:
    """The other terms, then what the rule makes of the term or terms that the step takes."""
    context.work.spend(len(terms))
    name, *arguments = read_list(step, "step") or [None]
    require(type(name) is str and name in RULES, "There is no such rule.")
    rule, count = RULES[name]
    taken = 2 if name == "merge" else 1
    read_list(arguments, f"list of arguments of {name}", taken + count)
    positions = [read_position(j, terms, "terms") for j in arguments[:taken]]
    require(len(set(positions)) == taken, "A term is merged with itself.")
    results = rule(context, *(terms[j] for j in positions), *arguments[taken:])
    return [term for j, term in enumerate(terms) if j not in positions] + _nonzero(results)


def check_text(certificate_text: str | bytes, sequent_text: str | bytes) -> None:
    """Check a certificate and a statement in JSON, from any source; raises `Rejected`.

    >>> check_text("[" * 100_000, "{}")
    Traceback (most recent call last):
    ...
    symconv.prover.checker.polynomials.Rejected: The certificate is nested more than 16 deep.
    """
    check(_parsed(certificate_text, "certificate"), _parsed(sequent_text, "statement"))


def _parsed(text: str | bytes, what: str) -> Any:
    """Read JSON of integers, texts, lists, and objects without repeated keys, within the limits."""
    require(len(text) <= MOST_BYTES, f"The {what} has more than {MOST_BYTES} bytes.")
    try:
        text = text.decode() if isinstance(text, bytes) else text
        depth = 0
        for bracket in re.findall(r"[\[\]{}]", text):
            depth += 1 if bracket in "[{" else -1
            require(depth <= MOST_NESTING, f"The {what} is nested more than {MOST_NESTING} deep.")
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_no_integer, parse_constant=_no_integer
        )
    except ValueError as error:
        raise Rejected(f"The {what} is not JSON: {str(error)[:100]}.") from None


def _integer(text: str) -> int:
    require(len(text.lstrip("-")) <= MOST_DIGITS, f"An integer has more than {MOST_DIGITS} digits.")
    return int(text)


def _no_integer(text: str) -> NoReturn:
    raise Rejected(f"The number {text[:20]} is not an integer.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    require(len(dict(pairs)) == len(pairs), "An object has a key twice.")
    return dict(pairs)


def statement_hash(sequent: Any) -> str:
    """The SHA-256, in hexadecimal digits, by which a certificate names its statement; raises `Rejected`.

    The order of the monomials of a polynomial does not matter to it.

    >>> statement_hash({"defined": [], "assume": [[[-1], [1, "n"]]], "left": [], "right": []})[:8]
    '2bf90aac'
    """
    return hash_of(read_statement(sequent, Work()))


def describe(sequent: Any) -> str:
    """The statement as text of several lines, to see what a certificate proves; raises `Rejected`.

    >>> ranges, factors = [["i", [[1, "n"]]]], [["X", [[[1, "i"], [-1, "p"]]]]]
    >>> term = {"coefficient": [[2]], "ranges": ranges, "quotients": [], "brackets": [], "factors": factors}
    >>> print(describe({"defined": [], "assume": [[[1, "p"]]], "left": [term], "right": []}))
    for all integers n, p
    assuming p >= 0
    for all tensors X[_]
      sum(0 <= i < n) 2*X[i - p]
    =
      0
    """
    return text_of(read_statement(sequent, Work()))


def main(argv: Sequence[str] | None = None) -> int:
    """Check two files, print what was checked and the verdict, and give the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if len(arguments) != 2:
        print("Usage: python -m symconv.prover.checker CERTIFICATE STATEMENT", file=sys.stderr)
        return 2
    try:
        certificate, statement = (_content(path) for path in arguments)
    except OSError as error:
        print(f"A file cannot be read: {error}.", file=sys.stderr)
        return 2
    try:
        print(describe(_parsed(statement, "statement")))
        check_text(certificate, statement)
    except Rejected as why:
        print(f"rejected: {why}")
        return 1
    print("accepted")
    return 0


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(MOST_BYTES + 1)
