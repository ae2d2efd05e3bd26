"""Standard input, output and error as a picture's source, its target and the place for lines about it; each may be closed."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import typer

from hfsr.errors import UserError

STREAM = Path("-")  # standard input or output


def line(text: str) -> str:
    r"""A text without what would end its line or steer the terminal: a file may have any name.

    Examples
    --------
    >>> line("two\nlines.png: no such file")
    'two\\nlines.png: no such file'
    """
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda found: repr(found[0])[1:-1], text)


def require_streams(source: Path, target: Path) -> None:
    """Refuse (`UserError`) a stream that is closed, and to write a picture to a terminal."""
    if source == STREAM and sys.stdin is None:
        raise UserError("standard input is closed: send it a picture, or name a file")
    if target == STREAM and sys.stdout is None:
        raise UserError("standard output is closed: send it to a file or a program")
    if target == STREAM and sys.stdout.isatty():
        raise UserError("standard output is a terminal: send it to a file or a program")


def is_watched() -> bool:
    """Whether somebody looks at standard error, who may like a bar."""
    return sys.stderr is not None and sys.stderr.isatty()


def tell(said: str) -> None:
    """Say something on standard error at once, above a bar that may be there; where nobody can be told, the work goes on."""
    from tqdm.auto import tqdm

    if sys.stderr is None:
        return
    with suppress(OSError):
        tqdm.write(f"hfsr: {line(said)}", file=sys.stderr)


def read_input() -> BytesIO:
    """All of standard input."""
    try:
        return BytesIO(sys.stdin.buffer.read())
    except OSError as error:
        raise UserError(f"standard input: cannot be read ({error.strerror}); send it a picture") from error


def write_output(content: bytes) -> None:
    """Write to standard output, past the buffer that Python would try to empty once more at the end, after an error too."""
    with _naming(), open(sys.stdout.fileno(), "wb", closefd=False) as stream:
        stream.write(content)


def conclude(said: str) -> None:
    """Say on standard output what came of it all."""
    with _naming():
        typer.echo(line(said))


@contextmanager
def _naming() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # whoever read it has enough
        raise
    except OSError as error:
        raise UserError(
            f"standard output: cannot be written ({error.strerror}); make room, or send it elsewhere"
        ) from error
