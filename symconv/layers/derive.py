"""``derive``: any quantity of a layer, with the steps that lead from its definition to the closed form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sympy import Basic, Expr, Integer, S, Symbol, Tuple

from symconv.derivation import rules
from symconv.derivation.closed import ClosedForm, closed_form
from symconv.derivation.count import Count, count_operations
from symconv.derivation.extents import field_steps
from symconv.derivation.steps import Step, Trail
from symconv.errors import ArgumentError, sentence
from symconv.layers.application import Application, Resolved, apply_layer
from symconv.layers.arguments import expression, read_choice
from symconv.layers.base import Layer
from symconv.layers.cost import BACKWARD_PARTS, FIELDS, PARTS
from symconv.layers.memory import Memory, item_bytes, memory_tensors, tensor_elements
from symconv.layers.notation import NOTATIONS, in_d2l
from symconv.render import Derivation
from symconv.statements import Names, Statement
from symconv.statements.functions import TapsBelow

MEMORY_FIELDS = (*(f.name for f in fields(Memory)), "forward", "backward")
QUANTITIES = (
    "output_shape",
    "receptive_field",
    *(f"{part}.{field}" for part in PARTS for field in FIELDS),
    *(f"memory.{field}" for field in MEMORY_FIELDS),
)
#: What the totals of ``Memory`` add up.
_MEMORY_SUMS = {
    "forward": ("input", "parameters", "output"),
    "backward": ("saved_for_backward", "parameters", "grad_output", "grad_input", "grad_weight", "grad_bias"),
}


@dataclass(frozen=True)
class _Question:
    application: Application
    subject: str
    quantity: str
    padding_aware: bool
    dtype: Any


def derive(
    layer: Layer,
    quantity: str,
    input_shape: Sequence[Any] | None = None,
    *,
    padding_aware: bool = False,
    dtype: Any = None,
    notation: str = "torch",
) -> Derivation:
    """Derive one quantity of a layer from its definition, step by step.

    ``quantity`` is "output_shape", "receptive_field", a part of the cost with a field such as "forward.flops" or
    "backward_weight.macs", or "memory.forward" and the like.  Without ``input_shape`` the input's sizes are standard
    symbols; ``dtype`` turns elements into bytes; ``notation`` "d2l" writes the standard symbols as the textbook does.
    Raises ``ArgumentError`` for an unknown quantity or notation, ``ShapeError`` for an input that does not fit.

    >>> import symconv as sc
    >>> derive(sc.Conv2d(8, 16, 3, padding=1), "forward.macs", (1, 8, 10, 10)).result
    115200
    """
    if not isinstance(layer, Layer):
        raise ArgumentError(sentence(f"layer={layer!r}", "is no layer of symconv", "use sc.from_module on a module"))
    read_choice("quantity", quantity, QUANTITIES)
    read_choice("notation", notation, NOTATIONS)
    shape = layer.read_input(input_shape)
    if notation == "d2l":
        layer, shape = in_d2l(layer, shape)
    application = apply_layer(layer, shape, notation)
    counted = "padding-aware" if padding_aware else "nominal"
    suffix = f", {counted}" if quantity.partition(".")[0] in PARTS else ""
    subject = f"{layer!r} on ({', '.join(map(str, shape))}){suffix}"
    question = _Question(application, subject, quantity, padding_aware, dtype)
    part, _, field = quantity.partition(".")
    return _ANSWERS.get(part, _cost)(question, part, field)


def _extent_steps(resolved: Resolved) -> tuple[Step, ...]:
    return tuple(step for extent in resolved.extents for step in extent.steps)


def _named_sizes(resolved: Resolved) -> tuple[Step, ...]:
    """The output sizes that have a name, without how they were found."""
    named = {name for name, _ in resolved.statement.where}
    return tuple(
        Step(step.expression, rules.NAMED_SIZE, step.condition, step.name)
        for extent in resolved.extents
        for step in extent.steps
        if step.name in named
    )


def _output_shape(question: _Question, *_: str) -> Derivation:
    application = question.application
    resolved = application.actual
    steps = _definition(application, resolved) + _extent_steps(resolved)
    result = Tuple(*map(expression, application.output_shape()))
    return Derivation(question.subject, question.quantity, result, steps, Tuple(*resolved.statement.shape("Y")))


def _receptive_field(question: _Question, *_: str) -> Derivation:
    application = question.application
    steps = _definition(application, application.actual) + field_steps(application.actual.definition)
    result = Tuple(*(Tuple(*map(expression, axis)) for axis in application.receptive_field()))
    return Derivation(question.subject, question.quantity, result, steps, result)


def _definition(application: Application, resolved: Resolved) -> tuple[Step, ...]:
    return (Step(resolved.statement, rules.DEFINITION),) if application.layer.has_definition else ()


def _cost(question: _Question, part: str, field: str) -> Derivation:
    application = question.application
    counted = application.counted(question.padding_aware)
    parts = BACKWARD_PARTS if part == "backward" else (part,)
    statements = [(p, s) for p in parts for s in application.counted_statements(p, question.padding_aware)]
    trail = Trail(Names(s.name for _, st in statements for s in {*st.parameters, *st.indices()}))
    lines: list[Step] = []
    total: Expr = S.Zero
    for p, statement in statements:
        if part != "forward":
            lines.append(Step(statement, rules.SGD_STEP if p == "update" else rules.PRODUCT_RULE))
        count = count_operations(statement, trail)
        lines += _taken(trail)
        label = f"{statement.target.tensor} " if len(statements) > 1 else ""
        total += _fields(count, p, field, label, lines)
    if len(statements) > 1:
        lines.append(Step(total, rules.TOTAL, name=question.quantity))
    counts = _with_closed_forms(_used(lines, total), counted.statement.facts)
    steps = (*_preamble(application, counted, question.padding_aware), *counts)
    where = dict(counted.statement.where)
    unfolded = trail.unfold(total)
    return Derivation(
        question.subject,
        question.quantity,
        unfolded.xreplace(where),
        steps,
        total,
        _closed(unfolded, counted.statement, where),
    )


def _preamble(application: Application, counted: Resolved, padding_aware: bool) -> tuple[Step, ...]:
    """The definition, its named sizes, and the statement that is counted where it is another one."""
    actual = application.actual
    steps = _definition(application, actual) + _named_sizes(actual)
    if counted.statement == actual.statement and (application.layer.has_definition):
        return steps
    scatters = counted.definition.kind == "scatters"
    rule = rules.ON_THE_INPUT if padding_aware else rules.BEFORE_CROP if scatters else rules.PADDING_IS_DATA
    return (*steps, Step(counted.statement, rule), *(_named_sizes(counted) if scatters else ()))


def _taken(trail: Trail) -> list[Step]:
    """The steps that the trail has collected since the last time."""
    steps, trail.steps = trail.steps, []
    return steps


#: Which fields of a count a quantity needs, and the rule of each.
_FIELD_RULES = {
    "multiplications": rules.MULTIPLICATIONS,
    "additions": rules.ADDITIONS,
    "macs": rules.PRODUCTS,
}


def _fields(count: Count, part: str, field: str, label: str, lines: list[Step]) -> Expr:
    """Append the lines of one statement's count; the value of the field."""
    if field == "macs" and part == "update":
        return S.Zero
    wanted = ("multiplications", "additions") if field == "flops" else (field,)
    for name in wanted:
        lines.append(Step(getattr(count, name), _FIELD_RULES[name], name=label + name))
    value = sum((getattr(count, name) for name in wanted), S.Zero)
    if field == "flops":
        lines.append(Step(value, rules.FLOPS, name=f"{label}flops"))
    return value


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


def _memory(question: _Question, _: str, field: str) -> Derivation:
    application = question.application
    statement = application.statement()
    tensors = memory_tensors(application)
    item: Expr = S.One if question.dtype is None else Integer(item_bytes(question.dtype))
    steps = [*_definition(application, application.actual), *_named_sizes(application.actual)]
    if field in ("saved_for_backward", "backward"):
        steps += [Step(s, rules.PRODUCT_RULE) for s in application.backward_statements().values()]
    shown: Expr = S.Zero
    for name in _MEMORY_SUMS.get(field, (field,)):
        elements = tensor_elements(tensors[name])
        rule = rules.STILL_NEEDED if name == "saved_for_backward" else rules.SIZE_OF_TENSOR
        names = " and ".join(t for t, _ in tensors[name])
        steps.append(Step(elements, rule, name=f"{name} ({names or 'none'})"))
        shown += elements
    if field in _MEMORY_SUMS:
        steps.append(Step(shown, rules.TOTAL, name="elements"))
    if question.dtype is not None:
        shown *= item
        steps.append(Step(item, rules.BYTES, name="bytes an element"))
    result: Basic = shown.xreplace(dict(statement.where))
    return Derivation(question.subject, question.quantity, result, tuple(steps), shown)


_ANSWERS: dict[str, Callable[..., Derivation]] = {
    "output_shape": _output_shape,
    "receptive_field": _receptive_field,
    "memory": _memory,
}
