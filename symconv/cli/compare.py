"""``symconv compare``: two implementations of a convolution, judged element by element on probes and on data."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from symconv.cli.layers import KINDS
from symconv.errors import ArgumentError, sentence

_CONVOLUTIONS = tuple(kind for kind in KINDS if kind.startswith("conv"))
_FORMATS = ("float64", "float32", "float16", "bfloat16")


def _starting(words: Sequence[str]) -> Callable[[str], list[str]]:
    def offered(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete.lower())]

    return offered


def compare(
    function: Annotated[
        str, typer.Argument(metavar="FUNCTION", help="MODULE:FUNCTION, such as my_kernels:conv2d; it is imported.")
    ],
    rest: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OTHER] NAME=VALUE", help="What to compare with, else PyTorch; arguments of the layer."
        ),
    ] = None,
    *,
    layer: Annotated[
        str | None,
        typer.Option(
            help=f"One of {', '.join(_CONVOLUTIONS)}; left out, random layers.", autocompletion=_starting(_CONVOLUTIONS)
        ),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An argument, such as padding=1,2.")
    ] = None,
    shape: Annotated[str | None, typer.Option("--input", help="The input shape, such as 1,3,16,16.")] = None,
    dims: Annotated[int, typer.Option(help="The rank of random layers.")] = 2,
    examples: Annotated[int, typer.Option(min=1, help="How many random layers.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="What is random depends on it alone.")] = 0,
    dtype: Annotated[
        list[str] | None,
        typer.Option(help="Of the operands, else float32; may be repeated.", autocompletion=_starting(_FORMATS)),
    ] = None,
    device: Annotated[
        str, typer.Option(help="cpu, or a device of PyTorch such as cuda.", autocompletion=_starting(("cpu", "cuda")))
    ] = "cpu",
    acc: Annotated[
        str | None,
        typer.Option(help="The format of sums; left out, the usual one.", autocompletion=_starting(_FORMATS)),
    ] = None,
    inputs: Annotated[str, typer.Option(help="exact, or tf32.", autocompletion=_starting(("exact", "tf32")))] = "exact",
    algorithm: Annotated[
        str, typer.Option(help="direct, or winograd.", autocompletion=_starting(("direct", "winograd")))
    ] = "direct",
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data.")] = False,
) -> None:
    """Judge FUNCTION(x, weight, bias, stride, ...).  Exit status: 0 they agree, 1 a bug or no proof, 2 bad input."""
    from json import dumps

    from symconv.cli.comparison import Question, comparison_data, comparison_text, rows
    from symconv.cli.files import emit
    from symconv.cli.functions import read_function, stdout_kept
    from symconv.cli.trials import described_trial, drawn_trials
    from symconv.cli.values import read_pairs, read_shape
    from symconv.testing.problems import read_device, read_dtype

    other, pairs = _split(rest or ())
    arguments = read_pairs([*(set_ or ()), *pairs])
    if layer is None and shape is not None:
        raise ArgumentError(sentence("--input", "needs a layer", "add --layer conv2d, say"))
    dtypes = tuple(map(read_dtype, dtype or ("float32",)))
    read_device(device)
    trials = (
        drawn_trials(dims, arguments, examples, seed)
        if layer is None
        else [described_trial(layer, arguments, None if shape is None else read_shape(shape))]
    )
    with stdout_kept(), _progress() as progress:
        question = Question(
            read_function(function),
            None if other is None else read_function(other),
            tuple(trials),
            dtypes,
            device,
            {"acc": acc, "inputs": inputs, "algorithm": algorithm},
            seed,
        )
        found = rows(question, progress)
    emit(dumps(comparison_data(question, found), indent=2) if as_json else comparison_text(question, found))
    raise typer.Exit(int(not all(row.agrees for row in found)))


def _split(rest: Sequence[str]) -> tuple[str | None, list[str]]:
    """The other function, and the arguments of the layer."""
    pairs = [word for word in rest if "=" in word]
    others = [word for word in rest if "=" not in word]
    if len(others) > 1:
        raise ArgumentError(sentence(f"{others[1][:60]!r}", "is one function too many", "compare two at a time"))
    return (others[0] if others else None), pairs


@contextmanager
def _progress() -> Iterator[Callable[[str], Any]]:
    """What is compared now, on stderr, while somebody watches; it vanishes at the end."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading the layers") as status:
        yield status.update
