"""What a quantity counts, as a sum of ones over the index tuples of the layer's statements: no closed form is used.

A proof that a formula equals this sum is a proof about the definition itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import Expr, Integer, S, expand

from symconv.definitions import Window
from symconv.layers.application import Application
from symconv.layers.cost import BACKWARD_PARTS, PARTS
from symconv.layers.memory import item_bytes, memory_tensors
from symconv.statements import Expression, Names, NonNegative, Range, Statement, Term, symbols_of
from symconv.statements.expression import as_expression

#: What the totals of a layer's memory add up.
_SUMS = {
    "forward": ("input", "parameters", "output"),
    "backward": ("saved_for_backward", "parameters", "grad_output", "grad_input", "grad_weight", "grad_bias"),
}


def counted(
    application: Application, quantity: str, *, padding_aware: bool = False, dtype: object = None
) -> tuple[Expression, ...] | None:
    """The entries of a quantity of a layer, each as a sum of counts; ``None`` where it is none, or no rule says which.

    >>> import symconv as sc
    >>> layer = sc.Conv1d(1, "c", "k", bias=False).on((1, 1, "l"))
    >>> counted(layer, "forward.macs")
    (sum(n < 1, o < c, y_l < l + 1 - k, i < 1, u_l < k) 1,)
    >>> counted(layer, "output_shape")
    (1, c, sum(y_l < l) [... >= 0])
    """
    part, _, field = quantity.partition(".")
    if part == "output_shape":
        return _positions(application)
    if part == "memory":
        return (_elements(application, field) * (1 if dtype is None else item_bytes(dtype)),)
    total = _cost(application, part, field, padding_aware) if part in PARTS else None
    return None if total is None else (total,)


def _positions(application: Application) -> tuple[Expression, ...] | None:
    """The entries of an output's shape; along an axis, how many positions have their last tap on the padded input."""
    definition = application.actual.definition
    if definition.kind != "fits":
        return None
    named = {window.out: window for window in definition.windows}
    return tuple(
        _positions_along(named[e]) if e in named else as_expression(e)
        for e in definition.statement.shape(definition.statement.target.tensor)
    )


def _positions_along(window: Window) -> Expression:
    axis = window.axis
    last = axis.size + axis.after - 1 - window.cell.xreplace({window.tap: axis.kernel - 1})
    cells = Range(window.position, axis.size + axis.before + axis.after)
    return Expression((Term((cells,), (NonNegative(expand(last)),), ()),))


def _cost(application: Application, part: str, field: str, padding_aware: bool) -> Expression | None:
    """The operations of one part of a layer's cost."""
    total = Expression()
    for name in BACKWARD_PARTS if part == "backward" else (part,):
        for statement in application.counted_statements(name, padding_aware):
            found = _operations(_unfolded(statement), name, field)
            if found is None:
                return None
            total = total + found
    return total


def _operations(statement: Statement, part: str, field: str) -> Expression | None:
    if field == "macs" and part == "update":
        return Expression()
    total = Expression()
    for name in ("multiplications", "additions") if field == "flops" else (field,):
        found = _FIELDS[name](statement)
        if found is None:
            return None
        total = total + found
    return total


def _multiplications(statement: Statement) -> Expression | None:
    """A product of f factors costs f - 1; a scale costs 1 a result."""
    products = Expression(
        tuple(
            _count(statement, term, S(len(term.factors) - 1 + (term.coefficient != 1)))
            for term in statement.terms
            if len(term.factors) + (term.coefficient != 1) > 1
        )
    )
    if statement.scale is None:
        return products
    alive = _results_with_a_term(statement)
    return None if alive is None else products + alive


def _additions(statement: Statement) -> Expression | None:
    """A sum of m terms costs max(m - 1, 0): all terms, less the results that have one."""
    alive = _results_with_a_term(statement)
    terms = Expression(tuple(_count(statement, term) for term in statement.terms))
    return None if alive is None else terms - alive


def _macs(statement: Statement) -> Expression:
    """Products of two tensors that are added up."""
    return Expression(tuple(_count(statement, term) for term in statement.terms if len(term.factors) > 1))


_FIELDS: dict[str, Callable[[Statement], Expression | None]] = {
    "multiplications": _multiplications,
    "additions": _additions,
    "macs": _macs,
}


def _count(statement: Statement, term: Term, coefficient: Expr = S.One) -> Term:
    """How many index tuples a term has."""
    return Term((*statement.ranges, *term.ranges), term.brackets, (), coefficient)


def _results_with_a_term(statement: Statement) -> Expression | None:
    """How many results receive a term, where no bracket decides it: those with no sum, or no empty one."""
    if any(not (term.ranges or term.brackets) for term in statement.terms):
        return Expression((Term(statement.ranges, (), ()),))
    if len(statement.terms) != 1 or statement.terms[0].brackets:
        return None
    some = tuple(NonNegative(r.extent - 1) for r in statement.terms[0].ranges if not r.extent.is_positive)
    return Expression((Term(statement.ranges, some, ()),))


def _elements(application: Application, field: str) -> Expression:
    """One for each place of each tensor that a field of ``Memory`` adds up."""
    tensors, where = memory_tensors(application), dict(application.statement().where)
    total = Expression()
    for name in _SUMS.get(field, (field,)):
        for _, extents in tensors[name]:
            total = total + Expression((_box([e.xreplace(where) for e in extents]),))
    return total


def _box(extents: Sequence[Expr]) -> Term:
    names = Names(s.name for s in symbols_of(extents))
    return Term(tuple(Range(names.index("j"), Integer(e) if isinstance(e, int) else e) for e in extents), (), ())


def _unfolded(statement: Statement) -> Statement:
    """The statement with the meanings of its named sizes put in."""
    where = dict(statement.where)
    return statement.substitute(where) if where else statement
