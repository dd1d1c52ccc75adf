"""What a claim is about: a layer on an input, built from the file's words; its symbols, and the domain of its sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, Ge, Symbol, sympify, true

from symconv.claims.divisors import divisors
from symconv.claims.file import Claim, Claims, shown
from symconv.claims.tables import build_layer
from symconv.errors import ClaimError, sentence
from symconv.layers import Application, Layer
from symconv.statements import symbol
from symconv.statements.grammar import parse_condition, parse_formula


@dataclass(frozen=True)
class Subject:
    """A layer applied to an input, with the words that formulas about it may use.

    symbols     the symbol of each name
    sizes       the symbols of the layer's sizes, by name
    names       abbreviations, and what they stand for
    divided     what the abbreviations divide by
    conditions  where the claim is meant: the layer has an output, and what the claim's own domain says
    """

    layer: Layer | None
    application: Application | None
    symbols: Mapping[str, Symbol]
    sizes: Mapping[str, Symbol]
    names: Mapping[Symbol, Expr]
    divided: Mapping[Symbol, tuple[Expr, ...]]
    conditions: tuple[Basic, ...]

    def formula(self, text: str) -> Expr:
        """A formula of the claim, with its abbreviations put in."""
        return parse_formula(text, self.symbols).xreplace(dict(self.names))

    def divisors(self, text: str) -> tuple[Expr, ...]:
        """What a formula of the claim, and the abbreviations in it, divide by, before anything cancels."""
        own = divisors(text, self.symbols)
        used = parse_formula(text, self.symbols).free_symbols.union(*(d.free_symbols for d in own))
        inner = (d for name, found in self.divided.items() if name in used for d in found)
        return (*(d.xreplace(dict(self.names)) for d in own), *inner)


def subject_of(claims: Claims, claim: Claim, layer_name: str | None, choices: Mapping[str, Any]) -> Subject:
    """Build the layer ``layer_name`` of the file under the given choices; ``None`` for a claim about formulas only."""
    table = dict(_layer_table(claims, claim, layer_name)) if layer_name is not None else {}
    if "bias" in choices and table:
        table["bias"] = choices["bias"]
    layer, shape, positive = build_layer(table) if table else (None, (), ())
    sizes = {s.name: s for s in _size_symbols(layer, shape)}
    names, divided = _names(claim, sizes)
    symbols = {**sizes, **{s.name: s for s in names}}
    meant = tuple(parse_condition(d, symbols).xreplace(names) for d in claim.domain)
    if layer is None:
        return Subject(None, None, symbols, sizes, names, divided, meant)
    application = layer.on(shape)
    needed = (*positive, *(Ge(e.condition, 0) for e in application.actual.extents))
    conditions = tuple(c for c in (*needed, *meant) if c != true)
    return Subject(layer, application, symbols, sizes, names, divided, conditions)


def _layer_table(claims: Claims, claim: Claim, name: str) -> Mapping[str, Any]:
    if not isinstance(name, str) or name not in claims.layers:
        known = ", ".join(sorted(claims.layers)) or "none"
        raise ClaimError(
            sentence(
                f"claim={claim.id!r}: layer={shown(name)}", "is not in the file", f"use one of its layers: {known}"
            )
        )
    return claims.layers[name]


def _names(claim: Claim, sizes: Mapping[str, Symbol]) -> tuple[dict[Symbol, Expr], dict[Symbol, tuple[Expr, ...]]]:
    """Abbreviations, each of which may use those before it, and what each divides by."""
    names: dict[Symbol, Expr] = {}
    divided: dict[Symbol, tuple[Expr, ...]] = {}
    open_names = {symbol(name) for name in claim.names}
    for name, text in claim.names.items():
        where = f"claim={claim.id!r}: names.{name}={shown(text)}"
        if name in sizes:
            raise ClaimError(sentence(where, "is already a size of the layer", "use another name"))
        symbols = {**sizes, **{s.name: s for s in names}}
        meaning = parse_formula(text, symbols)
        if early := meaning.free_symbols & open_names:
            first = min(s.name for s in early)
            raise ClaimError(sentence(where, f"uses {first}, which has no meaning yet", f"define {first} before it"))
        own = divisors(text, symbols)
        divided[symbol(name)] = (
            *(d.xreplace(names) for d in own),
            *(d for s in meaning.free_symbols & set(names) for d in divided[s]),
        )
        names[symbol(name)] = meaning.xreplace(names)
        open_names.remove(symbol(name))
    return names, divided


def _size_symbols(layer: Layer | None, shape: tuple[Any, ...]) -> set[Symbol]:
    return set() if layer is None else {*layer.symbols(), *(s for e in shape for s in sympify(e).free_symbols)}
