"""How an implementation may compute: its accumulator's format, its adder, and what it does to subnormal numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symconv.errors import ArgumentError, sentence
from symconv.rounding.formats import FORMATS, Format, read_format
from symconv.rounding.problem import Problem

#: The accumulator that implementations commonly use for a dtype.
USUAL_ACCUMULATORS = {"float64": "float64", "float32": "float32", "float16": "float32", "bfloat16": "float32"}
ADDERS = ("nearest", "truncate")
INPUTS = ("exact", "tf32")
ALGORITHMS = ("direct", "winograd", "fft")


@dataclass(frozen=True)
class Arithmetic:
    """The arithmetic that a bound allows; any order of summation, with and without fused multiply-adds.

    operand      the format of the tensors, and of the result
    accumulator  the format of the sums
    inputs       "exact", or "tf32": inputs and weights lose the bits that TF32 has not, by rounding or truncation
    adder        "nearest": each addition rounds to nearest.  "truncate": tensor cores, whose adder aligns any number
                 of addends to the largest and truncates them
    flush        whether subnormal numbers may be taken for 0, read and written
    algorithm    "direct": sums of products, in any order; "winograd": also by Winograd's minimal filtering
    """

    operand: Format
    accumulator: Format
    inputs: str
    adder: str
    flush: bool
    algorithm: str = "direct"

    @property
    def read(self) -> Format:
        """The format in which operands enter products."""
        return FORMATS["tf32"] if self.inputs == "tf32" else self.operand

    def describe(self) -> str:
        """In words, after "sums of"."""
        words = [f"{self.accumulator.name} in any order"]
        if self.inputs == "tf32":
            words.append("inputs rounded to TF32")
        if self.adder == "truncate":
            words.append("truncating adders")
        if self.flush:
            words.append("subnormals flushed")
        if self.algorithm != "direct":
            words.append(f"or by {self.algorithm.capitalize()}'s algorithm")
        return ", ".join(words)


def read_arithmetic(
    problem: Problem,
    *,
    acc: Any = None,
    inputs: str = "exact",
    adder: str | None = None,
    flush: bool | None = None,
    algorithm: str = "direct",
) -> Arithmetic:
    """The arithmetic of a problem, with what is usual where it is not said.

    Left out, ``acc`` is float64 for float64 and else float32; ``adder`` is "truncate" on CUDA devices where tensor
    cores are used (float16, bfloat16, TF32) and else "nearest"; ``flush`` is true for bfloat16, whose dot-product
    instructions flush, and else false.  Raises ``ArgumentError``.
    """
    operand = problem.format
    accumulator = FORMATS[USUAL_ACCUMULATORS[operand.name]] if acc is None else read_format("acc", acc)
    _check_choice("inputs", inputs, INPUTS)
    if inputs == "tf32" and operand.name != "float32":
        raise ArgumentError(
            sentence("inputs='tf32'", f"rounds float32 tensors, and these are {operand.name}", "leave it out")
        )
    if adder is None:
        tensor_cores = problem.device.type == "cuda" and (operand.precision < 24 or inputs == "tf32")
        adder = "truncate" if tensor_cores else "nearest"
    _check_choice("adder", adder, ADDERS)
    _check_choice("algorithm", algorithm, ALGORITHMS)
    if algorithm == "fft":
        raise ArgumentError(
            sentence(
                "algorithm='fft'",
                "has no bound here: what an FFT loses depends on its radices and twiddle factors",
                "compare it with conv_exact within a tolerance of your own",
            )
        )
    flush = operand.name == "bfloat16" if flush is None else flush
    return Arithmetic(operand, accumulator, inputs, adder, flush, algorithm)


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ArgumentError(sentence(f"{name}={value!r}", "is not known", f"use one of {', '.join(choices)}"))
