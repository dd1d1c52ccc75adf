"""``symconv``: the commands, and what becomes of errors: one message on stderr, and an exit status."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from symconv import __version__
from symconv.cli.audit import audit
from symconv.cli.check import check
from symconv.cli.compare import compare
from symconv.cli.compose import compose
from symconv.cli.derive import derive
from symconv.cli.factor import factor
from symconv.cli.prove import prove
from symconv.errors import SymconvError

BAD_INPUT = 2
INTERRUPTED = 130
#: The class of all errors of usage; older releases of typer take it from click, newer ones bring their own.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__bases__[0]


class Commands(TyperGroup):
    """The group of commands; its ``main`` turns errors into one message and an exit status."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command and exit: 0 done, 1 the answer is no, 2 bad input, 130 interrupted."""
        try:
            status = super().main(*args, **{**options, "standalone_mode": False})
        except SymconvError as error:
            status = _refuse(str(error))
        except _USAGE_ERROR as error:
            status = _refuse(f"{error.format_message()} (symconv --help tells more)")  # type: ignore[attr-defined]
        except (KeyboardInterrupt, typer.Abort):
            status = INTERRUPTED
        sys.exit(status if isinstance(status, int) else 0)


def _refuse(message: str) -> int:
    print(f"symconv: {' '.join(message.split())}", file=sys.stderr)
    return BAD_INPUT


app = typer.Typer(
    name="symconv",
    cls=Commands,
    help="The exact mathematics of convolution layers: define once, derive everything.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("derive", short_help="A layer's definition, shape, cost and memory, step by step.")(derive)
app.command("audit", short_help="Every claim of a claims file decided.")(audit)
app.command("compose", short_help="Kernels in files as one, and whether it is exact at the border.")(compose)
app.command("compare", short_help="Two convolution kernels agree, up to rounding that is proved, or one has a bug.")(
    compare
)
app.command("factor", short_help="A kernel split into smaller ones, or proved not to split.")(factor)
app.command("prove", short_help="Theorems in index notation proved for all sizes, or refuted.")(prove)
app.command("check", short_help="A certificate judged by the independent checker.")(check)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"symconv {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _symconv(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - the callback acts on it
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


def main() -> None:
    """The entry point ``symconv``."""
    app(prog_name="symconv")
