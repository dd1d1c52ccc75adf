"""Formulas written in other ways, and with one change, as texts; and what they are worth at some sizes.

Nothing here comes from the package: the texts are evaluated by Python, in exact fractions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

import sympy

#: Abbreviations of the chapter that a rewriting may write out.
OUTPUTS = {
    "o_h": ("h", "k_h", "p_h", "s_h"),
    "o_w": ("w", "k_w", "p_w", "s_w"),
}
_NAME = re.compile(r"\b[A-Za-z]\w*\b(?!\()")
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")
_SIGN = re.compile(r"(?<=[\w)]) ?[+-] ?(?=[\w(])")

Rewriting = Callable[[str, Random], str]


# ------------------------------------------------------------------ what a formula is worth
_FUNCTIONS = {
    "floor": math.floor, "ceil": math.ceil, "max": max, "min": min, "mod": lambda a, b: a - b * math.floor(a / b),
}  # fmt: skip


def value(text: str, sizes: dict[str, int]) -> Fraction | None:
    """The value of a formula, or ``None`` where it divides by 0."""
    names: dict[str, Any] = {name: Fraction(n) for name, n in sizes.items()}
    for name, (size, kernel, padding, stride) in OUTPUTS.items():
        if {size, kernel} <= set(sizes):
            inside = sizes[size] - sizes[kernel] + sizes.get(padding, 0)
            names[name] = Fraction(inside // sizes.get(stride, 1) + 1)
    try:
        return Fraction(eval(_in_fractions(text), {"F": Fraction, **_FUNCTIONS}, names))
    except ZeroDivisionError:
        return None


def _in_fractions(text: str) -> str:
    return _NUMBER.sub(lambda m: m[0] if text[: m.start()].rstrip().endswith("**") else f"F({m[0]})", text)


def sizes(names: set[str], random: Random) -> Iterator[dict[str, int]]:
    """Sizes at which a layer has an output: windows fit."""
    for _ in range(40):
        found = {name: random.randint(0 if name.startswith("p_") else 1, 6) for name in sorted(names)}
        for axis in "hw":
            kernels = [found.get(f"k_{axis}{number}", 1) - 1 for number in ("", "1", "2")]
            found[axis] = found.get(axis, 1) + sum(kernels)
        yield found


def differ(one: str, other: str, random: Random) -> bool:
    """Whether two formulas differ somewhere."""
    names = {n for text in (one, other) for n in _NAME.findall(text)}
    for name, written in OUTPUTS.items():
        names = (names - {name}) | set(written) if name in names else names
    return any(value(one, at) != value(other, at) for at in sizes(names, random))


# ------------------------------------------------------------------ other forms
def _expression(text: str) -> sympy.Expr:
    symbols = {name: sympy.Symbol(name, integer=True, positive=True) for name in _NAME.findall(text)}
    return sympy.S.One * eval(text, {"floor": sympy.floor, "ceil": sympy.ceiling}, symbols)


def _written(expression: sympy.Expr, random: Random) -> str:
    """An expression with the parts of sums and products in any order."""
    if not expression.args:
        return str(expression)
    inner = [_written(part, random) for part in expression.args]
    if isinstance(expression, sympy.Pow):
        return (
            f"({inner[0]})**({inner[1]})" if expression.exp.is_Integer and expression.exp > 0 else f"(1/({inner[0]}))"
        )
    if isinstance(expression, sympy.Add | sympy.Mul):
        random.shuffle(inner)
        return f"({(' + ' if isinstance(expression, sympy.Add) else '*').join(inner)})"
    return f"{'floor' if isinstance(expression, sympy.floor) else 'ceil'}({inner[0]})"


def expanded(text: str, random: Random) -> str:
    return _written(sympy.expand(_expression(text)), random)


def factored(text: str, random: Random) -> str:
    return _written(sympy.factor(_expression(text)), random)


def collected(text: str, random: Random) -> str:
    e = sympy.expand(_expression(text))
    return _written(sympy.collect(e, sorted(e.free_symbols, key=str)[:1]), random)


def reordered(text: str, random: Random) -> str:
    return _written(_expression(text), random)


def _somewhere(text: str, random: Random, make: Callable[[str], str]) -> str:
    """One name of the text (or a number, where it has no names), at one place, written as ``make`` writes it.

    A name that stands behind a division is left alone.
    """
    places = [m for m in _NAME.finditer(text) if not text[: m.start()].rstrip("(").endswith("/")]
    found = random.choice(places or list(_NUMBER.finditer(text)))
    return text[: found.start()] + make(found[0]) + text[found.end() :]


def _other(text: str, random: Random) -> str:
    """A positive size of the text."""
    return random.choice([n for n in _NAME.findall(text) if not n.startswith(("p_", "o_"))] or ["3"])


def doubled(text: str, random: Random) -> str:
    return _somewhere(text, random, lambda x: f"(({x} + {x})/2)")


def less_itself(text: str, random: Random) -> str:
    return _somewhere(text, random, lambda x: f"(2*{x} - {x})")


def with_squares(text: str, random: Random) -> str:
    """(a - b)*(a + b) for a**2 - b**2."""
    m = _other(text, random)
    return _somewhere(text, random, lambda x: f"((({x} + {m})**2 - {x}**2)/{m} - {m} - {x})")


def twice_less_once(text: str, random: Random) -> str:
    return f"2*({text}) - ({text})"


def as_a_quotient(text: str, random: Random) -> str:
    m = _other(text, random)
    return f"({text})*({m}**2 + {m})/({m} + 1)/{m}"


def with_a_floor(text: str, random: Random) -> str:
    """floor((a + b*m)/m) for floor(a/m) + b."""
    m = _other(text, random)
    return _somewhere(text, random, lambda x: f"(floor(({m} - 1 + {x}*{m})/{m}))")


def with_a_ceiling(text: str, random: Random) -> str:
    m = _other(text, random)
    return _somewhere(text, random, lambda x: f"(ceil(({x}*{m} - {m} + 1)/{m}))")


def with_a_rest(text: str, random: Random) -> str:
    m = _other(text, random)
    return _somewhere(text, random, lambda x: f"({m}*({x}//{m}) + mod({x}, {m}))")


def with_bounds(text: str, random: Random) -> str:
    return _somewhere(text, random, lambda x: f"min(max({x}, 0), 2*{x})")


def and_nothing(text: str, random: Random) -> str:
    m = _other(text, random)
    return f"{text} + {m}*({m} + 1) - {m}**2 - {m}"


def written_out(text: str, random: Random) -> str:
    """An output size in another of its forms; elsewhere a name less 0."""
    found = [m for m in _NAME.finditer(text) if m[0] in OUTPUTS]
    if not found:
        return less_itself(text, random)
    place = random.choice(found)
    size, kernel, padding, stride = OUTPUTS[place[0]]
    inside = f"{size} - {kernel} + {padding}"
    form = random.choice(
        [
            f"(floor(({inside})/{stride}) + 1)",
            f"(({inside})//{stride} + 1)",
            f"floor(({inside} + 3*{stride})/{stride} - 2)",
            f"(1 - ceil(({kernel} - {size} - {padding})/{stride}))",
            f"floor((2*({inside}) + 2*{stride} + 1)/(2*{stride}))",
            f"ceil(({inside} + 1)/{stride})",
        ]
    )
    return text[: place.start()] + form + text[place.end() :]


FORMS: tuple[Rewriting, ...] = (
    expanded, factored, collected, reordered, doubled, less_itself, with_squares, as_a_quotient, with_a_floor,
    with_a_ceiling, with_a_rest, with_bounds, and_nothing, written_out,
)  # fmt: skip
#: Rewritings of a formula as a whole.
WHOLE: tuple[Rewriting, ...] = (twice_less_once, as_a_quotient, and_nothing)


# ------------------------------------------------------------------ one change
def another_number(text: str, random: Random) -> str:
    found = list(_NUMBER.finditer(text))
    if not found:
        return f"2*({text})"
    place = random.choice(found)
    return text[: place.start()] + str(int(place[0]) + random.choice((1, 2))) + text[place.end() :]


def another_sign(text: str, random: Random) -> str:
    found = list(_SIGN.finditer(text))
    if not found:
        return f"-({text})"
    place = random.choice(found)
    return text[: place.start()] + (" - " if "+" in place[0] else " + ") + text[place.end() :]


def another_coefficient(text: str, random: Random) -> str:
    return _somewhere(text, random, lambda x: f"{random.randint(2, 3)}*{x}")


def another_name(text: str, random: Random) -> str:
    names = sorted(set(_NAME.findall(text)))
    return _somewhere(text, random, lambda x: random.choice([n for n in names if n != x] or [f"({x} + 1)"]))


def one_more(text: str, random: Random) -> str:
    return _somewhere(text, random, lambda x: f"({x} {random.choice('+-')} 1)")


CHANGES: tuple[Rewriting, ...] = (another_number, another_sign, another_coefficient, another_name, one_more)
