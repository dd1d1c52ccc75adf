"""Tensors that are other tensors read in another order: reshaped, flattened, unrolled; put back into a statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sympy import Expr, Mul, S, Symbol, expand

from symconv.errors import StatementError, sentence
from symconv.statements.affine import affine
from symconv.statements.language import Access, Range, Statement, Term
from symconv.statements.symbols import Names


def put_in_views(statement: Statement, views: Sequence[Statement]) -> Statement | None:
    """The statement with every access to a view replaced by the entry that it stands for.

    A view is ``V[p(v)] = T[s(v)]`` without sums, where each index of p is one index or a mixed-radix number of several
    (i*k + u with u < k).  A sum over a whole mixed-radix axis is first split into its digits.  ``None`` where an
    access has no such form.  Raises ``StatementError`` for what is no view.
    """
    known = {view.target.tensor: _checked(view) for view in views}
    names = Names(s.name for st in (statement, *views) for s in {*st.parameters, *st.indices()})
    terms = []
    for term in statement.terms:
        done = _put_into_term(_with_digits(term, known, names), statement.ranges, known)
        if done is None:
            return None
        terms.append(done)
    shapes = dict(statement.shapes)
    for view in views:
        shapes.update({t: e for t, e in view.shapes if t not in known})
    return replace(statement, terms=tuple(terms), shapes=tuple((t, e) for t, e in shapes.items() if t not in known))


def _checked(view: Statement) -> Statement:
    plain = len(view.terms) == 1 and view.scale is None and not view.terms[0].ranges and not view.terms[0].brackets
    if not plain or len(view.terms[0].factors) != 1 or view.terms[0].coefficient != 1:
        raise StatementError(sentence(f"view={view}", "is more than a renaming", "write V[...] = T[...] without sums"))
    extents = {r.index: r.extent for r in view.ranges}
    for at, extent in zip(view.target.at, view.shape(view.target.tensor), strict=True):
        digits = mixed_radix(at, extents)
        if digits is None or expand(Mul(*(extents[v] for v in digits)) - extent) != 0:
            raise StatementError(
                sentence(f"view index={at}", "does not reach every place once", "write a mixed-radix number, y*w + x")
            )
    return view


def mixed_radix(at: Expr, extents: Mapping[Symbol, Expr]) -> dict[Symbol, Expr] | None:
    """The digits of a mixed-radix number and their weights: each weight is the product of the extents of the lower.

    >>> from symconv.statements.symbols import index, size
    >>> y, x, h, w = index("y"), index("x"), size("h"), size("w")
    >>> mixed_radix(y * w + x, {y: h, x: w})
    {x: 1, y: w}
    """
    weights, constant = affine(at, [v for v in extents if at.has(v)])
    if constant != 0:
        return None
    digits: dict[Symbol, Expr] = {}
    weight: Expr = S.One
    while len(digits) < len(weights):
        found = next((v for v, c in weights.items() if v not in digits and expand(c - weight) == 0), None)
        if found is None:
            return None
        digits[found] = weight
        weight = expand(weight * extents[found])
    return digits


def _with_digits(term: Term, views: Mapping[str, Statement], names: Names) -> Term:
    """SUM_{r < A*B} f(r) = SUM_{a < A} SUM_{b < B} f(a*B + b), for every r that reads a mixed-radix axis of a view."""
    for factor in term.factors:
        view = views.get(factor.tensor)
        for at, target in zip(factor.at, view.target.at, strict=True) if view else ():
            extents = {r.index: r.extent for r in view.ranges} if view else {}
            read = next((r for r in term.ranges if r.index == at), None)
            digits = mixed_radix(target, extents) or {}
            if read is None or len(digits) < 2 or expand(Mul(*(extents[v] for v in digits)) - read.extent) != 0:
                continue
            fresh = {v: names.index(v.name) for v in digits}
            number = sum((weight * fresh[v] for v, weight in digits.items()), S.Zero)
            ranges = [r for r in term.ranges if r is not read] + [Range(fresh[v], extents[v]) for v in digits]
            split = _substituted(replace(term, ranges=()), read.index, number)
            return _with_digits(replace(split, ranges=tuple(ranges)), views, names)
    return term


def _substituted(term: Term, old: Symbol, new: Expr) -> Term:
    return term.map(lambda e: expand(e.xreplace({old: new})))


def _put_into_term(term: Term, free: Sequence[Range], views: Mapping[str, Statement]) -> Term | None:
    extents = {r.index: r.extent for r in (*free, *term.ranges)}
    factors: list[Access] = []
    for factor in term.factors:
        replaced = _read_through(factor, views[factor.tensor], extents) if factor.tensor in views else factor
        if replaced is None:
            return None
        factors.append(replaced)
    return replace(term, factors=tuple(factors))


def _read_through(access: Access, view: Statement, extents: Mapping[Symbol, Expr]) -> Access | None:
    own = {r.index: r.extent for r in view.ranges}
    values: dict[Symbol, Expr] = {}
    for at, target in zip(access.at, view.target.at, strict=True):
        digits = mixed_radix(target, own) or {}
        found = {next(iter(digits)): at} if len(digits) == 1 else _digits_of(at, digits, own, extents)
        if found is None:
            return None
        values.update(found)
    source = view.terms[0].factors[0]
    return source.map(lambda e: expand(e.xreplace(values)))


def _digits_of(
    at: Expr, digits: Mapping[Symbol, Expr], own: Mapping[Symbol, Expr], extents: Mapping[Symbol, Expr]
) -> dict[Symbol, Expr] | None:
    """The digits of ``at`` in the view's radices, where each is an index with the digit's range."""
    weights, constant = affine(at, [v for v in extents if at.has(v)])
    found: dict[Symbol, Expr] = {}
    for v, c in weights.items():
        digit = next((d for d, w in digits.items() if d not in found and expand(c - w) == 0), None)
        if digit is None or expand(extents[v] - own[digit]) != 0:
            return None
        found[digit] = v
    return {**dict.fromkeys(digits, S.Zero), **found} if constant == 0 else None
