"""Pictures through a network, from and to files, folders and streams: what `hfsr upscale` and `hfsr restore` share."""

import os
import sys
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hfsr import paths
from hfsr.cli.console import method
from hfsr.cli.targets import STREAM, pairs, require_another, require_room, writable
from hfsr.errors import UserError
from hfsr.files import atomic

if TYPE_CHECKING:
    from torch import nn

PICTURES = (
    "A picture and the file to write, whose suffix names the format, - for standard input or output; with --out "
    "any number of pictures and folders"
)
Folder = Annotated[Path | None, typer.Option(help="A folder for the results, which keeps a folder's tree.")]
Suffix = Annotated[
    str | None, typer.Option(help="Format of the results, such as png, with --out or to standard output.")
]
Device = Annotated[str | None, typer.Option(help="cpu or cuda; by default the GPU where there is one.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Write over what is there already.")]
Strip = Annotated[bool, typer.Option("--strip", help="Leave out colour profile, resolution and EXIF.")]


class Verb(NamedTuple):
    """What a verb does to a picture, in words, and the factor of its size."""

    name: str
    done: str
    ending: str  # of the name that it proposes for a result
    scale: int


@dataclass(frozen=True)
class Task:
    """What a command asks for, whichever pictures it names."""

    verb: Verb
    model: str
    device: str | None
    suffix: str | None
    overwrite: bool
    strip: bool

    def network(self) -> "nn.Module | str":
        return method(self.model, self.device, self.verb.scale)

    def command(self, words: str) -> str:
        """What to type to do the same to other pictures."""
        model = "" if self.model == paths.DEFAULT_MODEL else f" --model {self.model}"
        return f"hfsr {self.verb.name} {words}{model}"


def send(task: Task, sources: list[Path], out: Path | None) -> None:
    """Send one picture into a file or stream, or all into a folder; where neither is meant a `UserError` says what to type."""
    from hfsr.images import SUFFIXES

    first, *others = sources
    name, done, ending, _ = task.verb
    if out:
        if STREAM in sources:
            raise UserError(
                "-: standard input is one picture; name its result, or - for standard output, and leave out --out"
            )
        if out == STREAM or (out.suffix.lower() in SUFFIXES and not out.exists()):
            raise UserError(f"{out}: --out takes a folder; leave it out for a single picture")
        _many(task, sources, out)
    elif len(others) == 1 and (first == STREAM or not first.is_dir()):
        if first.is_file() and others[0].is_file() and not task.overwrite:
            raise UserError(
                f"{others[0]}: is there already; --overwrite writes over it; to {name} both, say where to with --out FOLDER"
            )
        _one(task, first, others[0])
    elif others:
        raise UserError(f"{len(sources)} names: say where the results go, {task.command(f'{first} ... --out FOLDER')}")
    elif first == STREAM:
        raise UserError(
            f"-: where is the {done} picture to go? {task.command('- RESULT.png')}, or {task.command('- -')}"
        )
    elif first.is_dir():
        raise UserError(f"{first}: a folder; {task.command(f'{first} --out {first.resolve().name}{ending}')}")
    else:
        raise UserError(
            f"{first}: where is the {done} picture to go? {task.command(f'{first} {first.stem}{ending}.png')}"
        )


def _one(task: Task, source: Path, target: Path) -> None:
    """Into a file that is not there yet, or from and to the streams."""
    from hfsr.images import check_target

    suffix = writable(task.suffix)
    if target == STREAM:
        if sys.stdout.isatty():
            raise UserError("standard output is a terminal: send it to a file or a program")
    else:
        if target.is_dir():
            raise UserError(f"{target}: a folder; name the file to write")
        check_target(target)
        if suffix and suffix != target.suffix.lower():
            raise UserError(f"{target}: its own suffix names the format; leave out --suffix {suffix}")
        if target.exists() and not task.overwrite:
            raise UserError(f"{target}: is there already; --overwrite writes over it")
    if source != STREAM:
        if not os.path.lexists(source):
            raise UserError(f"{source}: no such file")
        require_another(source, target)
    if target != STREAM:
        require_room(target.parent)
    for line in _through(task.network(), source, target, suffix, task.strip, progress=sys.stderr.isatty()):
        typer.echo(f"hfsr: {line}", err=True)


def _many(task: Task, sources: list[Path], out: Path) -> None:
    from tqdm.auto import tqdm

    wanted, failed = pairs(sources, out, writable(task.suffix))
    require_room(out)
    todo = [(source, target) for source, target in wanted if task.overwrite or not target.exists()]
    network = task.network() if todo else task.model
    said, made = [], 0
    for source, target in tqdm(todo, desc=task.verb.name, unit="picture", disable=not sys.stderr.isatty()):
        try:
            said += _through(network, source, target, None, task.strip)
            made += 1
        except (UserError, OSError) as error:
            failed.append(str(error))
    for line in (*said, *failed):
        typer.echo(f"hfsr: {line}", err=True)
    counts = f"{made} {task.verb.done}"
    if skipped := len(wanted) - len(todo):
        counts += f", {skipped} there already (--overwrite makes them anew)"
    typer.echo(counts + (f", {len(failed)} failed" if failed else ""))
    if failed:
        raise typer.Exit(1)


def _through(
    network: "nn.Module | str", source: Path, target: Path, suffix: str | None, strip: bool, progress: bool = False
) -> list[str]:
    """Send one picture through a network into another file; a line for each thing that was lost on the way."""
    from hfsr.images import picture
    from hfsr.images.metadata import Metadata
    from hfsr.models.upscaling import upscale

    streamed = source == STREAM
    name = "standard input" if streamed else str(source)
    whole = picture.load(BytesIO(sys.stdin.buffer.read()) if streamed else source, name)
    ending = target.suffix.lower() or suffix or ".png"
    picture.require_place(whole, ending, target, getattr(network, "scale", 2))
    pixels = upscale(whole.pixels, network, progress=progress)
    result = replace(whole, pixels=pixels, metadata=Metadata() if strip else whole.metadata)
    if target == STREAM:
        stream = BytesIO()  # a TIFF is not written in one go
        lost = picture.store(result, stream, ending)
        sys.stdout.buffer.write(stream.getvalue())
    else:
        with atomic(target) as part:
            lost = picture.store(result, part, ending)
    return [f"{name}: {line}" for line in lost]
