"""Claims about numbers with a unit, meant to a few significant digits: "1 GFLOP", "18 h"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from sympy import Expr, Integer, Rational

from symconv.claims.context import Context
from symconv.claims.domain import holds_at
from symconv.claims.file import shown
from symconv.claims.outcome import Correction, Holds, Outcome
from symconv.claims.proofs import attempt
from symconv.numerics.formulas import evaluate
from symconv.prover.theorem import Theorem
from symconv.statements import Expression

_PREFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
#: Units, each with its kind and its size in the kind's own unit: operations, rates, seconds, bytes.
_UNITS = {
    **{f"{p}FLOP": ("operations", f) for p, f in _PREFIXES.items()},
    **{f"{p}MAC": ("operations", f) for p, f in _PREFIXES.items()},
    **{f"{p}FLOP/s": ("rate", f) for p, f in _PREFIXES.items()},
    **{f"{p}B": ("bytes", f) for p, f in _PREFIXES.items()},
    "s": ("seconds", 1),
    "min": ("seconds", 60),
    "h": ("seconds", 3600),
    "d": ("seconds", 86400),
}
_AMOUNT = re.compile(r"(\d{1,18}(?:\.\d{1,18})?) (\S{1,8})")
ROUNDINGS = ("nearest", "down")
#: The largest size at which an amount is computed.
MAX_SIZE = 10**18


@dataclass(frozen=True)
class Amount:
    """A decimal number and its unit."""

    number: Fraction
    unit: str

    @property
    def kind(self) -> str:
        """operations, rate, seconds or bytes."""
        return _UNITS[self.unit][0]

    @property
    def value(self) -> Fraction:
        """The amount in the kind's own unit."""
        return self.number * _UNITS[self.unit][1]


def parse_amount(text: object) -> Amount | None:
    """Read "0.15 TFLOP/s"; ``None`` for what is no amount.

    >>> parse_amount("0.15 TFLOP/s").value
    Fraction(150000000000, 1)
    """
    matched = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    if matched is None or matched[2] not in _UNITS:
        return None
    return Amount(Fraction(matched[1]), matched[2])


def rounded(value: Fraction, digits: int, rounding: str) -> Fraction:
    """The value to so many significant digits, to the nearest (ties away from 0) or down.

    >>> rounded(Fraction(1896, 100), 2, "nearest"), rounded(Fraction(1896, 100), 2, "down")
    (Fraction(19, 1), Fraction(18, 1))
    """
    if value == 0:
        return value
    unit = Fraction(1)
    while value / unit >= 10**digits:
        unit *= 10
    while value / unit < 10 ** (digits - 1):
        unit /= 10
    scaled = value / unit + (Fraction(1, 2) if rounding == "nearest" else 0)
    return (scaled.numerator // scaled.denominator) * unit


def decide_amount(context: Context) -> Outcome:
    """``quantity`` (times ``times``, over ``rate``) at the sizes ``at`` is ``amount``, to ``digits`` digits."""
    context.only("quantity", "at", "times", "rate", "digits", "dtype", "padding_aware")
    claimed = _amount(context, "amount")
    digits = context.check.data.get("digits", 2)
    if type(digits) is not int or not 1 <= digits <= 18:
        raise context.error("digits", "must be from 1 to 18", "write digits = 2")
    if rounded(claimed.number, digits, "down") != claimed.number:
        raise context.error("amount", f"has more than {digits} significant digits", "write digits = 3, or more")
    number, value = _value(context, claimed)
    found = rounded(value / _UNITS[claimed.unit][1], digits, str(context.choices.get("rounding", "nearest")))
    exact = f"{decimal(value / _UNITS[claimed.unit][1])} {claimed.unit}"
    counted = _counted(context, number)
    if found == claimed.number:
        return Outcome(Holds.YES, detail=f"it is {exact}", backing="computed", theorems=counted)
    point = dict(context.check.data["at"])
    right = Correction(f"{decimal(found)} {claimed.unit}", counted)
    return Outcome(Holds.NO, point, lambda: right, "computed", f"it is {exact}")


def _counted(context: Context, number: Expr) -> tuple[Theorem, ...]:
    """That the quantity is a number at the claim's sizes, counted on the definition, where it is such a count."""
    counted = context.counted()
    if counted is None:
        return ()
    at = {context.subject.sizes[name]: Integer(value) for name, value in _sizes(context).items()}
    numbered = Expression(tuple(term.map(lambda e: e.xreplace(at)) for term in counted[0].terms))
    theorem = attempt(number, numbered, f"{context.quantity_name()} is {number} at these sizes").theorem
    return () if theorem is None else (theorem,)


def _value(context: Context, claimed: Amount) -> tuple[Expr, Fraction]:
    """The quantity; and, times ``times``, in the kind's own unit, over ``rate`` where a time is claimed."""
    at = _sizes(context)
    rate = _amount(context, "rate") if "rate" in context.check.data else None
    if (claimed.kind == "seconds") != (rate is not None) or claimed.kind == "rate":
        raise context.error("amount", "needs a rate where it is a time, and only there", "add rate = '12 TFLOP/s'")
    if rate is not None and (rate.kind != "rate" or rate.value == 0):
        raise context.error("rate", "is no rate above 0", "write rate = '12 TFLOP/s'")
    _check_unit(context, claimed)
    quantity = context.one_quantity()
    total = evaluate(quantity * context.formula("times", "1"), at)
    if not isinstance(total, int | Rational):
        missing = ", ".join(sorted(s.name for s in total.free_symbols))
        raise context.error("at", f"gives no value to {missing}", "give every size a number")
    if not holds_at(context.subject.conditions, at):
        raise context.error(
            "at", "is outside what the claim is about: the layer has no output there", "take a larger input"
        )
    if total < 0:
        raise context.error("times", "makes the amount negative", "write a positive number")
    value = Fraction(int(Rational(total).p), int(Rational(total).q))
    return Integer(evaluate(quantity, at)), value if rate is None else value / rate.value


def _sizes(context: Context) -> dict[str, int]:
    """The table ``at``: a number for sizes of the layer, and for nothing else."""
    at = context.check.data.get("at")
    if not isinstance(at, dict) or not all(type(v) is int and 0 <= v <= MAX_SIZE for v in at.values()):
        raise context.error("at", "is no table of sizes", "write at = { c_i = 100, c_o = 100 }")
    for name in at:
        if name not in context.subject.sizes:
            known = ", ".join(sorted(context.subject.sizes)) or "none"
            raise context.error("at", f"has {shown(name)}, which is no size of the layer", f"use {known}")
    return at


def _check_unit(context: Context, claimed: Amount) -> None:
    """Bytes are of memory in a data type; MAC are macs; operations are of a cost."""
    quantity = context.quantity_name()
    if claimed.kind == "bytes" and not (quantity.startswith("memory.") and "dtype" in context.check.data):
        raise context.error("amount", "is in bytes", "take a quantity 'memory...', and dtype = 'float32'")
    if claimed.kind != "bytes" and quantity.split(".")[0] in ("memory", "output_shape", "receptive_field"):
        raise context.error("amount", f"is no unit of {quantity}", "take a quantity such as 'forward.flops'")
    if claimed.unit.endswith("MAC") and not quantity.endswith(".macs"):
        raise context.error("amount", f"is in MAC, and {quantity} counts others", "write FLOP, or take '.macs'")


def _amount(context: Context, key: str) -> Amount:
    amount = parse_amount(context.check.data.get(key))
    if amount is None:
        raise context.error(key, "is no number with a unit", f"write '1 GFLOP'; units: {', '.join(sorted(_UNITS))}")
    return amount


def decimal(value: Fraction, places: int = 4) -> str:
    """A fraction as a decimal number with at most so many places; where it was cut, with "about" before it.

    >>> decimal(Fraction(1896296, 100000)), decimal(Fraction(3, 2))
    ('about 18.9629', '1.5')
    """
    scaled, rest = divmod(value * 10**places, 1)
    digits = str(int(scaled)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return f"about {text}" if rest else text
