"""How the names, polynomials and conditions of a proof are written, as text and as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sympy import Add, Expr, Mul, Symbol

from symconv.prover.polynomial import ONE, Polynomial
from symconv.prover.sequent import Bracket, Defined, Term
from symconv.statements.printing import tensor_latex
from symconv.statements.writing import tex, text

_NAME = re.compile(r"[A-Za-z0-9_]+")
_SIGNS = {"=": "=", "<=": r"\le", "<": "<"}


@dataclass(frozen=True)
class Formula:
    """A formula in both forms; the LaTeX is for mathematics mode, and may break at its signs."""

    text: str
    latex: str


@dataclass(frozen=True)
class Notation:
    """The symbols that stand for the names of a proof: u.1 is written as u or u1, whichever names nothing else."""

    symbols: Mapping[str, Symbol]

    @staticmethod
    def of(names: Iterable[str], taken: Iterable[str] = ()) -> Notation:
        """A symbol for each name; ``taken`` are letters that mean something else, such as tensors.

        >>> print(Notation.of(["u", "u.1", "u.2", "t.1"]).symbols)
        {'u': u, 't.1': t, 'u.1': u1, 'u.2': u2}
        """
        all_names = sorted(set(names))
        plain = [name for name in all_names if "." not in name]
        used, symbols = {*plain, *taken}, {name: Symbol(name) for name in plain}
        for name in all_names:
            if "." in name:
                shown = _unused(name.partition(".")[0], used)
                used.add(shown)
                symbols[name] = Symbol(shown)
        return Notation(symbols)

    def expression(self, p: Polynomial) -> Expr:
        """The polynomial in symbols."""
        return Add(*(Mul(c, *(self.symbols[name] for name in names)) for names, c in p.key))

    def formula(self, p: Polynomial) -> Formula:
        """A polynomial."""
        e = self.expression(p)
        return Formula(text(e), tex(e))

    def name(self, name: str) -> Formula:
        """One name."""
        return Formula(text(self.symbols[name]), tex(self.symbols[name]))

    def equal(self, name: str, p: Polynomial) -> Formula:
        """``name = p``"""
        return related(self.name(name), "=", self.formula(p))

    def within(self, name: str, extent: Polynomial) -> Formula:
        """``0 <= name < extent``"""
        return related(related(Formula("0", "0"), "<=", self.name(name)), "<", self.formula(extent))

    def below(self, name: str, extent: Polynomial) -> Formula:
        """``name < extent``"""
        return related(self.name(name), "<", self.formula(extent))

    def floor(self, a: Polynomial, b: Polynomial) -> Formula:
        """The floor of a quotient."""
        above, below = self._operand(a), self._operand(b)
        return Formula(f"floor({above.text}/{below.text})", rf"\lfloor {above.latex} / {below.latex} \rfloor")

    def defined(self, d: Defined) -> Formula:
        """``name = floor(a/b)`` or ``name = max(a, b)``"""
        if d.kind == "floor":
            return related(self.name(d.name), "=", self.floor(d.a, d.b))
        a, b = self.formula(d.a), self.formula(d.b)
        return related(self.name(d.name), "=", Formula(f"max({a.text}, {b.text})", rf"\max({a.latex}, {b.latex})"))

    def product(self, term: Term) -> Formula:
        """What a term sums: its coefficient, its tensors and its brackets; a line may break between them."""
        parts = [self._entry(tensor, at) for tensor, at in term.factors] + [self.bracket(b) for b in term.brackets]
        negative = bool(parts) and term.coefficient == -ONE
        if not parts:
            parts = [self.formula(term.coefficient)]
        elif term.coefficient not in (ONE, -ONE):
            parts.insert(0, self._operand(term.coefficient))
        sign, times = "-" if negative else "", r"\,\allowbreak "
        return Formula(sign + "*".join(p.text for p in parts), sign + times.join(p.latex for p in parts))

    def _entry(self, tensor: str, at: Iterable[Polynomial]) -> Formula:
        indices = [self.formula(p) for p in at]
        inside = r",\allowbreak ".join(i.latex for i in indices)
        return Formula(f"{tensor}[{', '.join(i.text for i in indices)}]", f"{tensor_latex(tensor)}[{inside}]")

    def _operand(self, p: Polynomial) -> Formula:
        """In parentheses where it is more than a name or a number."""
        whole = self.formula(p)
        return whole if _NAME.fullmatch(whole.text) else Formula(f"({whole.text})", f"({whole.latex})")

    def bracket(self, bracket: Bracket) -> Formula:
        """A bracket, what is subtracted on the other side: [a < k] for k - 1 - a >= 0.

        >>> from symconv.prover.polynomial import variable
        >>> Notation.of(["a", "k"]).bracket(Bracket(">=", variable("k") - variable("a") - 1))
        Formula(text='[a < k]', latex='[a < k]')
        """
        positive = Polynomial({names: c for names, c in bracket.p.terms.items() if c > 0})
        negative = positive - bracket.p
        if bracket.kind == "=":
            left, right = sorted((positive, negative), key=lambda p: (not p.terms, len(p.terms)))
            inner = related(self.formula(left), "=", self.formula(right))
        elif negative.constant_part > 0:
            inner = related(self.formula(negative - 1), "<", self.formula(positive))
        else:
            inner = related(self.formula(negative), "<=", self.formula(positive))
        return Formula(f"[{inner.text}]", f"[{inner.latex}]")


def related(left: Formula, sign: str, right: Formula) -> Formula:
    """Two formulas with "=", "<=" or "<" between them."""
    return Formula(f"{left.text} {sign} {right.text}", f"{left.latex} {_SIGNS[sign]} {right.latex}")


def _unused(stem: str, used: Iterable[str]) -> str:
    shown, number = stem, 0
    while shown in used:
        number += 1
        shown = f"{stem}{number}"
    return shown
