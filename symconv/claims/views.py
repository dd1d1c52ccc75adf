"""Whether a claim's reshaped tensors are tensors: each entry defined once, and from one that is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from sympy import Expr, S, Symbol

from symconv.claims.context import Context
from symconv.claims.domain import known_with_slack
from symconv.errors import StatementError
from symconv.statements import Statement
from symconv.statements.affine import affine
from symconv.statements.language import Access, Range


def check_tensors(context: Context, own: Collection[str], claimed: Statement, views: Sequence[Statement]) -> None:
    """Refuse shapes for the layer's own tensors, tensors that are defined twice, and those that are read before."""
    for name in context.check.data.get("tensors", {}):
        if name in own:
            raise context.error("tensors", f"gives a shape to {name}, which the layer has", "use another name")
    defined = set(own)
    for view in views:
        name = view.target.tensor
        if name in defined:
            raise context.error("views", f"define {name}, which is already defined", "use another name")
        _check_reads(context, view, defined)
        defined.add(name)
    _check_reads(context, claimed, defined)


def _check_reads(context: Context, statement: Statement, defined: Collection[str]) -> None:
    for name in sorted(statement.reads - set(defined)):
        raise context.error("views", f"do not define {name} before it is read", f"add a view of {name}")


def within_bounds(claimed: Statement, views: Sequence[Statement], facts: Sequence[Expr]) -> bool:
    """Whether the bounds of the sizes, and one fact at a time, show that the views define and read what is there.

    That is: their ranges are not empty, they read inside their sources, and the claim reads inside them.
    """
    reshaped = {view.target.tensor for view in views}
    for view in views:
        if not all(known_with_slack(r.extent - 1, facts) for r in view.ranges):
            return False
    accesses = [(view, view.ranges, f) for view in views for term in view.terms for f in term.factors]
    for term in claimed.terms:
        ranges = (*claimed.ranges, *term.ranges)
        accesses += [(claimed, ranges, f) for f in term.factors if f.tensor in reshaped]
    known = partial(known_with_slack, facts=facts)
    return all(_inside(statement, ranges, access, known) for statement, ranges, access in accesses)


def _inside(statement: Statement, ranges: Sequence[Range], access: Access, known: Callable[[Expr], bool]) -> bool:
    extents = {r.index: r.extent for r in ranges}
    return all(
        _between(at, extent, extents, known)
        for at, extent in zip(access.at, statement.shape(access.tensor), strict=True)
    )


def _between(at: Expr, extent: Expr, extents: dict[Symbol, Expr], known: Callable[[Expr], bool]) -> bool:
    """0 <= at < extent, by the least and the greatest value of every index."""
    try:
        weights, constant = affine(at, [v for v in extents if at.has(v)])
    except StatementError:
        return False
    greatest = sum((w * (extents[v] - 1) for v, w in weights.items()), constant)
    return all(map(known, (*weights.values(), constant, extent - S.One - greatest)))
