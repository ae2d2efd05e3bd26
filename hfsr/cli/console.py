"""What all verbs of the command line have in common: the version, and how they end."""

import errno
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hfsr import __version__, extras
from hfsr.cli import streams
from hfsr.errors import UserError
from hfsr.files import read_json

if TYPE_CHECKING:
    from torch import nn

TRAINING = {"train", "classify", "gpu"}  # verbs that keep checkpoints
BY_PARTS = {"upscale", "restore", "recognise", "data"}  # and those that keep what is finished
# Any word that is none of the command line's; Typer exports this one kind of it.
MISTYPED: type[Exception] = typer.BadParameter.__mro__[1]
INTERRUPTED = 130  # Typer's exit code after Ctrl-C, the shell's convention


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"hfsr {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and stop.")
]

Out = Annotated[Path | None, typer.Option(help="The run's folder; by default below runs/.")]


@contextmanager
def in_one_line() -> Iterator[None]:
    """Make a user's mistake one line on standard error and exit code 2, and say after an interruption (130) how to go on.

    A package that an extra would bring is such a mistake; one that nothing brings is an error of the library, and raised.
    """
    warnings.filterwarnings("ignore", module=r"PIL\.")  # what decoders think of a file: an error says what matters
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
    if sys.stderr is None:  # closed: what would be said goes nowhere, and the work goes on
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):  # as standard error has it: a name may be bytes of any kind
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        yield
    except UserError as error:
        typer.echo(f"hfsr: {streams.line(str(error))}", err=True)
        sys.exit(2)
    except OSError as error:
        typer.echo(f"hfsr: {streams.line(_failed(error))}", err=True)
        sys.exit(2)
    except ModuleNotFoundError as error:
        if not (way_out := extras.way_out(error.name)):
            raise
        typer.echo(f"hfsr {sys.argv[1]} needs: {way_out}", err=True)
        sys.exit(2)
    except MISTYPED as error:
        typer.echo(_mistyped(error), err=True)
        sys.exit(2)
    except (MemoryError, RuntimeError) as error:
        if type(error).__name__ == "OutOfMemoryError":  # torch's of a GPU, which is not imported for that
            typer.echo(f"hfsr: {_full(error)}", err=True)
        elif is_memory_full(error):
            typer.echo("hfsr: this machine's memory is full: end what else uses it, or take less at a time", err=True)
        else:
            raise
        sys.exit(2)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            typer.echo(f"hfsr: stopped{_way_on(*sys.argv[1:2])}", err=True)
        raise


def _failed(error: OSError) -> str:
    # A file that cannot be written has a name (`hfsr.files.naming`): what is full without one is where all is printed.
    if where := error.filename or ("standard output" if error.errno == errno.ENOSPC else None):
        return f"{where}: {error.strerror or error}"
    return str(error)


def _way_on(verb: str = "") -> str:
    if verb in TRAINING:
        return "; the same command goes on from the last checkpoint"
    if verb in BY_PARTS and "--overwrite" not in sys.argv:
        return "; the same command goes on with what is not finished"
    return ""


def _mistyped(error: Exception) -> str:
    said, context = error.format_message(), error.ctx  # type: ignore[attr-defined]
    where = context.command_path if context else f"hfsr {sys.argv[1]}"  # none where an option has no value
    if said.startswith("Usage"):  # nothing was typed at all
        return said
    return f"{where}: {said.rstrip('.?')}; `{where} --help` lists what there is"


def is_memory_full(error: Exception) -> bool:
    """Whether the machine's memory is too small, as Python and as torch put it.

    Examples
    --------
    >>> is_memory_full(MemoryError()), is_memory_full(RuntimeError("shapes differ"))
    (True, False)
    """
    return isinstance(error, MemoryError) or "can't allocate memory" in str(error)


def _full(error: Exception) -> str:
    first = str(error).partition(". ")[0]  # torch's goes on about its memory
    way = (
        "`hfsr plan` with the recipe says what a training needs"
        if TRAINING & set(sys.argv[1:2])
        else "CUDA_VISIBLE_DEVICES= before the command leaves it out"
    )
    return f"{first}: end what else uses the GPU, or take a larger one; {way}"


def method(name: str, device: str | None = None, scale: int | None = None) -> "nn.Module | str":
    """The network that a verb's argument names, on the device that computes or is asked for, or the word "bicubic".

    With a scale it is one that makes pictures, and of a name that there is not those of this scale are listed.
    """
    from hfsr import paths
    from hfsr.models.store import find, load
    from hfsr.training import hardware

    if device not in (None, "cpu", "cuda"):
        raise UserError(f"--device {device}: choose cpu or cuda")
    found = hardware.device()
    if device == "cuda" and found.type != "cuda":
        raise UserError("--device cuda: there is no GPU here that torch can use")
    if name == "bicubic":
        return name
    network = load(find(name, scale)).to(device or found)
    if scale and not hasattr(network, "scale"):
        raise UserError(f"{name}: a classifier, it makes no picture; choose one of {', '.join(paths.published(scale))}")
    return network


def print_metrics(record: Path) -> None:
    """Print the metrics of a record, and where it lies."""
    from hfsr.training import processes

    if not processes.is_main():  # of several that train together, one speaks
        return
    for name, value in read_json(record)["metrics"].items():
        typer.echo(f"{name}\t{value:.4f}")
    typer.echo(f"record\t{record}")
