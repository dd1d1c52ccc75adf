"""What each rule of the kernel does, in words: one function a rule, of the step as it was followed.

What only tidies up a term is not told: then there are no words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from symconv.prover.moves import Move, polynomial
from symconv.prover.polynomial import ZERO, Polynomial, variable
from symconv.prover.sequent import Bracket, Defined, Term
from symconv.render.notation import Formula, Notation, related

Words = tuple[str | Formula, ...]
#: How many formulas of one kind a step tells.
_TOLD = 3


def separated(formulas: Iterable[Formula]) -> Words:
    """The formulas with commas between them."""
    words: list[str | Formula] = []
    for formula in formulas:
        words += [", ", formula] if words else [formula]
    return tuple(words)


def _listed(formulas: Iterable[Formula]) -> Words:
    """The formulas with commas between them; no more than a few."""
    found = list(formulas)
    words = separated(found[:_TOLD])
    return (*words, f" and {len(found) - _TOLD} more") if len(found) > _TOLD else words


def _point(move: Move, notation: Notation) -> Words:
    (term,), (_, v, i) = move.taken, move.arguments
    p = term.brackets[i].p
    rest = p.without(v) or ZERO
    e = -rest * p.coefficient(v)
    where = notation.within(v, term.extents[v])
    return (notation.name(v), " is determined, ", notation.equal(v, e), " (one-point rule), where ", where)


def _brackets(move: Move, notation: Notation) -> Words:
    (term,) = move.taken
    new = [Bracket(kind, polynomial(p)) for kind, p in move.arguments[1]]
    dropped, added = (_without(term.brackets, new), _without(new, term.brackets))
    if not added and all(b.p.is_constant for b in dropped):
        return ()
    old_words, new_words = (_listed(map(notation.bracket, brackets)) for brackets in (dropped, added))
    if dropped and added:
        verb = "says" if len(dropped) == 1 else "say"
        return (*old_words, f" {verb} the same as ", *new_words)
    if dropped:
        return (*old_words, " follows from the rest" if len(dropped) == 1 else " follow from the rest")
    return (*new_words, " follows as well" if len(added) == 1 else " follow as well")


def _without(brackets: Sequence[Bracket], known: Sequence[Bracket]) -> list[Bracket]:
    keys = {b.key for b in known}
    return list({b.key: b for b in brackets if b.key not in keys}.values())


def _empty(_: Move, __: Notation) -> Words:
    return ("its conditions contradict one another, so that it is 0",)


def _case(move: Move, notation: Notation) -> Words:
    p = polynomial(move.arguments[1])
    yes, no = (notation.bracket(Bracket(">=", side)) for side in (p, -p - 1))
    return ("in two cases, ", yes, " (a) and ", no, " (b)")


def _complement(move: Move, notation: Notation) -> Words:
    bracket = move.taken[0].brackets[move.arguments[1]]
    other = notation.bracket(Bracket(">=", -bracket.p - 1))
    return (notation.bracket(bracket), " is 1 less ", other, ": the whole sum (a), less that part (b)")


def _reindex(move: Move, notation: Notation) -> Words:
    _, v, sign, c, m, _ = move.arguments
    shift, extent = polynomial(c), polynomial(m)
    name, within = notation.name(v), notation.within(v, extent)
    if sign == 1 and shift == ZERO:
        return (name, " may as well run over ", within)
    return ("the index is changed, ", name, " to ", notation.formula(shift + sign * variable(v)), ", with ", within)


def _split(move: Move, notation: Notation) -> Words:
    _, v, q, r, n, m, *_ = move.arguments
    outer, inner = polynomial(n), polynomial(m)
    written = notation.equal(v, variable(q) * inner + variable(r))
    return (
        "the index has two digits, ",
        written,
        ", with ",
        *_listed((notation.within(q, outer), notation.within(r, inner))),
    )


def _join(move: Move, notation: Notation) -> Words:
    _, q, r, v, *_ = move.arguments
    extents = move.taken[0].extents
    written = notation.equal(v, variable(q) * extents[r] + variable(r))
    return ("two indices are one, ", written, ", with ", notation.within(v, extents[q] * extents[r]))


def _sum(move: Move, notation: Notation) -> Words:
    v = move.arguments[1]
    result = move.made[0].coefficient if move.made else ZERO
    return ("the sum over ", notation.name(v), " is added up to ", notation.formula(result))


def _rewrite(move: Move, notation: Notation) -> Words:
    changed = [(a, b) for a, b in zip(_written(move.taken[0]), _rewritten(move), strict=True) if a != b]
    equations = dict.fromkeys(related(notation.formula(a), "=", notation.formula(b)) for a, b in changed)
    return (*_listed(equations), " is put in" if len(equations) == 1 else " are put in")


def _written(term: Term) -> list[Polynomial]:
    return [term.coefficient, *(q.a for q in term.quotients), *(p for _, at in term.factors for p in at)]


def _rewritten(move: Move) -> list[Polynomial]:
    _, coefficient, quotients, factors, _ = move.arguments
    return [*map(polynomial, [coefficient, *(a for _, a, _ in quotients), *(p for _, at in factors for p in at)])]


def _define(move: Move, notation: Notation) -> Words:
    _, name, a, b, _ = move.arguments
    return ("with the name ", notation.defined(Defined("floor", name, polynomial(a), polynomial(b))))


def _quotient(move: Move, notation: Notation) -> Words:
    _, name, e, _ = move.arguments
    if e is None:
        return ()
    quotient = next(q for q in move.taken[0].quotients if q.name == name)
    value = related(notation.floor(quotient.a, quotient.b), "=", notation.formula(polynomial(e)))
    return (value, " is put in")


def _merge(move: Move, notation: Notation) -> Words:
    if not move.made:
        return ("are the same sum and cancel",)
    return ("are the same sum; together they have the coefficient ", notation.formula(move.made[0].coefficient))


#: By the rule's name in certificates.
PHRASES: Mapping[str, Callable[[Move, Notation], Words]] = {
    "point": _point,
    "brackets": _brackets,
    "empty": _empty,
    "case": _case,
    "complement": _complement,
    "reindex": _reindex,
    "split": _split,
    "join": _join,
    "sum": _sum,
    "rewrite": _rewrite,
    "define": _define,
    "quotient": _quotient,
    "merge": _merge,
}
