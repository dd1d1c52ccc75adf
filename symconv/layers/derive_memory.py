"""The sizes of tensors, alone and added up, in elements or bytes."""

from __future__ import annotations

from functools import partial

from sympy import Basic, Expr, Integer, S

from symconv.backing.gradients import gradient_claims
from symconv.backing.sums import added_claims, element_claims, result_claims
from symconv.derivation import rules
from symconv.derivation.steps import Step
from symconv.layers.memory import item_bytes, memory_tensors, tensor_elements
from symconv.layers.question import Claims, Question, definition_steps, size_steps, sizes_stated
from symconv.render import Derivation

#: What the totals of ``Memory`` add up.
_TOTALS = {
    "forward": ("input", "parameters", "output"),
    "backward": ("saved_for_backward", "parameters", "grad_output", "grad_input", "grad_weight", "grad_bias"),
}
_ELEMENTS = "elements"


def derive_memory(question: Question, _: str, field: str) -> Derivation:
    """One field of the memory."""
    application = question.application
    statement = application.statement()
    tensors = memory_tensors(application)
    item: Expr = S.One if question.dtype is None else Integer(item_bytes(question.dtype))
    steps = [*definition_steps(application, application.actual), *size_steps(application.actual)]
    if field in ("saved_for_backward", "backward"):
        steps += [Step(s, rules.PRODUCT_RULE) for s in application.backward_statements().values()]
    shown: Expr = S.Zero
    counted = {}
    for name in _TOTALS.get(field, (field,)):
        elements = tensor_elements(tensors[name])
        rule = rules.STILL_NEEDED if name == "saved_for_backward" else rules.SIZE_OF_TENSOR
        line = f"{name} ({' and '.join(t for t, _ in tensors[name]) or 'none'})"
        steps.append(Step(elements, rule, name=line))
        counted[line] = tuple(extents for _, extents in tensors[name])
        shown += elements
    if field in _TOTALS:
        steps.append(Step(shown, rules.TOTAL, name=_ELEMENTS))
    last = _ELEMENTS if field in _TOTALS else next(iter(counted))
    conditions = tuple(e.condition for e in application.actual.extents)
    claims: list[Claims] = [
        sizes_stated(application.actual),
        partial(gradient_claims, definition=statement, conditions=conditions),
        partial(element_claims, tensors=counted),
        partial(added_claims, added={_ELEMENTS: tuple(counted)} if field in _TOTALS else {}),
    ]
    if question.dtype is not None:
        shown *= item
        steps.append(Step(item, rules.BYTES, name="bytes an element"))
        claims.append(partial(added_claims, added={question.quantity: (last,)}, factor=item))
        last = question.quantity
    result: Basic = shown.xreplace(dict(statement.where))
    claims.append(partial(result_claims, last=last))
    return Derivation(question.subject, question.quantity, result, tuple(steps), shown, claims=tuple(claims))
