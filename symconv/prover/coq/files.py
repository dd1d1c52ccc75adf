"""Files of Coq: theorems that a person reads, and beside them the data that the checker reads."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symconv.prover.coq.data import certificate, listed
from symconv.prover.coq.gallina import NO_BREAK, Told, tensor_arities, told
from symconv.prover.coq.names import Names, identifier
from symconv.prover.coq.outlined import OutlinedSequent

_WIDTH = 110
_DATA_HEAD = """\
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect.
From Symconv Require Import Polynomials Terms Evidence Rules Checker Statements.
"""
_HEAD = """\
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect ssralg.
From Symconv Require Import Polynomials Sums Checker Statements Numbers Certified {data}.

(* \\sum[ u < n ] F adds F up over 0 <= u < n, and is 0 where there is no such u;  [? c ] is 1 where c holds, and 0
   elsewhere;  [int c ] is the integer c in the ring R;  a / b is the floor of the quotient;  tensors are functions of
   all integers. *)
"""


@dataclass(frozen=True)
class CoqTheorem:
    """A theorem to be written: its name, what it says in words, its statement and its certificate as plain data."""

    name: str
    says: str
    outlined: OutlinedSequent
    certificate: Mapping[str, Any]


@dataclass(frozen=True)
class TheoremText:
    """A theorem as Coq has it.

    identifier  its name in Coq
    statement   the theorem without its proof
    proof       from "Proof." to "Qed."
    data        the definitions that the proof refers to
    needs       definitions of layers that the statement refers to
    """

    name: str
    identifier: str
    says: str
    statement: str
    proof: str
    data: str
    needs: tuple[str, ...] = ()


def theorem_text(theorem: CoqTheorem) -> TheoremText:
    """The theorem for every commutative ring; without tensors, about integers.

    The text depends on the theorem alone, and is the same each time.
    """
    outlined, name = theorem.outlined, identifier(theorem.name)
    names = Names.of(outlined, theorem.certificate["steps"], (name, f"{name}_statement", f"{name}_certificate"))
    written = told(outlined, names)
    arities = tensor_arities(outlined)
    data = (
        f"Definition {name}_statement : statement := {written.data}.\n"
        f"Definition {name}_certificate : certificate := {certificate(names, theorem.certificate)}.\n"
    )
    integers = " ".join(names.identifiers[x] for x in names.free)
    environment = f"(nth 0%Z {listed(names.identifiers[x] for x in names.free)})"
    quantified = [f"({integers}{NO_BREAK}:{NO_BREAK}Z)"] if integers else []
    if outlined.is_about_numbers:
        values, scope, theorem_of = environment, "Z", "certified_numbers"
    else:
        tensors = [f"({names.of_tensors[t]} : {'Z -> ' * arity}R)" for t, arity in arities.items()]
        quantified = [part.replace(" ", NO_BREAK) for part in ("(R : comRingType)", *tensors)] + quantified
        values, scope, theorem_of = f"R {_tensors(arities, names)} {environment}", "R", "certified"
    kind = "numbers" if outlined.is_about_numbers else "statement"
    checked = f"(@erefl bool true <: check_{kind} {name}_statement {name}_certificate = true)"
    return TheoremText(
        theorem.name,
        name,
        theorem.says,
        _statement(name, quantified, written, scope),
        f"Proof.\n{wrapped(f'exact ({theorem_of} {checked} {values}).', 0)}Qed.\n",
        data,
    )


def _statement(name: str, quantified: Sequence[str], written: Told, scope: str) -> str:
    """The heading, the conditions, several on a line, then the definitions and both sides of the equation."""
    lines = [*written.definitions, written.left, f"={NO_BREAK}{written.right}"]
    lines[0], lines[-1] = f"({lines[0]}", f"{lines[-1]})%{scope}."
    heading = wrapped(" ".join((f"Theorem{NO_BREAK}{name}", *quantified)) + f"{NO_BREAK}:", 0)
    conditions = wrapped(" ".join(written.conditions), 2, 2) if written.conditions else ""
    return heading + conditions + "".join(wrapped(line, 2) for line in lines)


def wrapped(line: str, indent: int, then: int | None = None) -> str:
    """A text of one line or several, broken at its spaces; lines behind the first are indented by ``then``."""
    wrapped = textwrap.wrap(
        line,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2 if then is None else then),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(wrapped).replace(NO_BREAK, " ") + "\n"


def _tensors(arities: Mapping[str, int], names: Names) -> str:
    """One function for all tensors, by their numbers."""
    cases = []
    for tensor, arity in arities.items():
        places = [f"a{n}" for n in range(arity)]
        value = " ".join((names.of_tensors[tensor], *places))
        cases.append(f"| {names.tensors[tensor]}, {listed(places)} => {value}")
    return f"(fun place at_ => match place, at_ with {' '.join(cases)} | _, _ => 0%R end)"


def file_texts(module: str, theorems: Iterable[TheoremText]) -> dict[str, str]:
    """The two files of a module: the statements with their proofs, and the data; Coq prints the axioms of all."""
    chosen = list(theorems)
    needed = dict.fromkeys(text for t in chosen for text in t.needs)
    statements = [*needed, *(f"{comment(t.says)}{t.statement}{t.proof}" for t in chosen)]
    return {
        f"{module}Data": "\n".join((_DATA_HEAD, *(t.data for t in chosen))),
        module: "\n".join(
            (_HEAD.format(data=f"{module}Data"), *statements, assumptions([t.identifier for t in chosen]))
        ),
    }


def assumptions(theorems: Sequence[str]) -> str:
    """The command that prints the axioms on which theorems rest, all in one go, since each go takes long."""
    return f"Definition theorems := ({', '.join(f'@{name}' for name in theorems)}, tt).\nPrint Assumptions theorems.\n"


def comment(words: str) -> str:
    """Words as a comment, whatever they are: without what would end it, or begin another or a string.

    >>> comment('a (* "b" *) c')
    "(* a ( * 'b' * ) c *)\\n"
    """
    if not words:
        return ""
    plain = words.encode("ascii", "replace").decode().replace('"', "'").replace("(*", "( *").replace("*)", "* )")
    return wrapped(f"(* {plain} *)", 0)
