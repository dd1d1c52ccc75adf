"""The counts of operations, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sympy import Expr, S, Symbol

from symconv.backing.counts import count_claims
from symconv.backing.gradients import gradient_claims
from symconv.backing.sums import added_claims, result_claims
from symconv.derivation import rules
from symconv.derivation.closed import ClosedForm, closed_form
from symconv.derivation.count import Count, count_operations
from symconv.derivation.steps import Step, Trail
from symconv.layers.application import Application, Resolved
from symconv.layers.cost import BACKWARD_PARTS
from symconv.layers.question import Claims, Question, definition_steps, size_steps, sizes_stated
from symconv.render import Derivation
from symconv.statements import Names, Statement
from symconv.statements.functions import TapsBelow

#: Which counts a field adds up, and the rule of each.
_COUNTS = {"flops": ("multiplications", "additions")}
_RULES = {"multiplications": rules.MULTIPLICATIONS, "additions": rules.ADDITIONS, "macs": rules.PRODUCTS}


@dataclass(frozen=True)
class _Counted:
    """One statement whose operations are counted; ``label`` begins the names of its lines."""

    part: str
    statement: Statement
    label: str

    def lines(self, field: str) -> dict[str, str]:
        """The names of the lines that count, each with what it counts; an update accumulates no products."""
        counts = () if (self.part, field) == ("update", "macs") else _COUNTS.get(field, (field,))
        return {f"{self.label}{name}": name for name in counts}

    def total(self, field: str) -> str:
        """The name of the line that has the field."""
        return f"{self.label}{field}"


def derive_cost(question: Question, part: str, field: str) -> Derivation:
    """One field of one part of the cost."""
    application = question.application
    resolved = application.counted(question.padding_aware)
    counted = _counted(application, part, question.padding_aware)
    trail = Trail(Names(s.name for c in counted for s in {*c.statement.parameters, *c.statement.indices()}))
    lines: list[Step] = []
    total: Expr = S.Zero
    for c in counted:
        if part != "forward":
            lines.append(Step(c.statement, rules.SGD_STEP if c.part == "update" else rules.PRODUCT_RULE))
        count = count_operations(c.statement, trail)
        lines += _taken(trail)
        counts = list(_count_steps(count, c, field))
        total += counts[-1].expression if counts else S.Zero
        lines += counts
    if len(counted) > 1:
        lines.append(Step(total, rules.TOTAL, name=question.quantity))
    closed = _with_closed_forms(_used(lines, total), resolved.statement.facts)
    where = dict(resolved.statement.where)
    unfolded = trail.unfold(total)
    return Derivation(
        question.subject,
        question.quantity,
        unfolded.xreplace(where),
        (*_preamble(application, resolved, question.padding_aware), *closed),
        total,
        _closed(unfolded, resolved.statement, where),
        _claims(question, resolved, counted, field),
    )


def _counted(application: Application, part: str, padding_aware: bool) -> tuple[_Counted, ...]:
    parts = BACKWARD_PARTS if part == "backward" else (part,)
    statements = [(p, s) for p in parts for s in application.counted_statements(p, padding_aware)]
    return tuple(_Counted(p, s, f"{s.target.tensor} " if len(statements) > 1 else "") for p, s in statements)


def _preamble(application: Application, counted: Resolved, padding_aware: bool) -> tuple[Step, ...]:
    """The definition, its named sizes, and the statement that is counted where it is another one."""
    actual = application.actual
    steps = definition_steps(application, actual) + size_steps(actual)
    if counted.statement == actual.statement and (application.layer.has_definition):
        return steps
    scatters = counted.definition.kind == "scatters"
    rule = rules.ON_THE_INPUT if padding_aware else rules.BEFORE_CROP if scatters else rules.PADDING_IS_DATA
    return (*steps, Step(counted.statement, rule), *(size_steps(counted) if scatters else ()))


def _taken(trail: Trail) -> list[Step]:
    """The steps that the trail has collected since the last time."""
    steps, trail.steps = trail.steps, []
    return steps


def _count_steps(count: Count, counted: _Counted, field: str) -> Iterator[Step]:
    """The lines of one statement's count, the field itself last."""
    lines = counted.lines(field)
    for line, name in lines.items():
        yield Step(getattr(count, name), _RULES[name], name=line)
    if field in _COUNTS:
        value = sum((getattr(count, name) for name in lines.values()), S.Zero)
        yield Step(value, rules.FLOPS, name=counted.total(field))


def _claims(question: Question, resolved: Resolved, counted: Sequence[_Counted], field: str) -> tuple[Claims, ...]:
    """What the lines claim, in their order: sizes, gradients, counts, what adds up others, the result."""
    sizes = {r.statement.where: r for r in (question.application.actual, resolved)}
    lines = {line: (c.statement, name) for c in counted for line, name in c.lines(field).items()}
    added: Mapping[str, Sequence[str]] = {c.total(field): tuple(c.lines(field)) for c in counted if field in _COUNTS}
    last = {question.quantity: tuple(c.total(field) for c in counted)} if len(counted) > 1 else {}
    if not lines:
        return (result_claims,)
    conditions = tuple(e.condition for e in resolved.extents)
    return (
        *map(sizes_stated, sizes.values()),
        partial(gradient_claims, definition=resolved.statement, conditions=conditions),
        partial(count_claims, counted=lines, conditions=conditions),
        partial(added_claims, added={**added, **last}),
        partial(result_claims, last=question.quantity if last else counted[0].total(field)),
    )


def _used(lines: Sequence[Step], total: Expr) -> tuple[Step, ...]:
    """The lines without named intermediates that nothing below them reads."""
    needed: set[Symbol] = set(total.free_symbols)
    kept: list[Step] = []
    for step in reversed(lines):
        if isinstance(step.name, Symbol) and step.name not in needed:
            continue
        if not isinstance(step.expression, Statement):
            needed |= step.expression.free_symbols
        kept.append(step)
    return tuple(reversed(kept))


def _with_closed_forms(steps: Sequence[Step], facts: Sequence[Expr]) -> Iterator[Step]:
    """After each named sum over taps, its closed form and the condition under which it holds, where there is one."""
    for step in steps:
        yield step
        if isinstance(step.expression, Statement) or not isinstance(step.name, Symbol):
            continue
        if step.expression.has(TapsBelow):
            form = closed_form(step.expression, facts)
            if form is not None:
                yield Step(form.value, rules.CLOSED_FORM, form.condition, step.name)


def _closed(unfolded: Expr, statement: Statement, where: dict[Symbol, Expr]) -> ClosedForm | None:
    """A form without sums over taps, where the result has some and such a form exists."""
    if not unfolded.has(TapsBelow):
        return None
    form = closed_form(unfolded, statement.facts)
    return None if form is None else ClosedForm(form.value.xreplace(where), form.condition.xreplace(where))
