"""Pictures through a network, from and to files, folders and streams: what `hfsr upscale` and `hfsr restore` share."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hfsr import paths
from hfsr.cli.console import is_memory_full, method
from hfsr.cli.sources import gather, is_file, is_folder, mode, require_source
from hfsr.cli.streams import STREAM, conclude, is_watched, read_input, require_streams, tell, write_output
from hfsr.cli.targets import around, pairs, require_another, require_file, require_free, require_room, writable
from hfsr.errors import UserError
from hfsr.files import atomic

if TYPE_CHECKING:
    from torch import nn

PICTURES = (
    "A picture and the file to write, whose suffix names the format, - for standard input or output; with --out "
    "any number of pictures and folders"
)
Folder = Annotated[
    Path | None, typer.Option(readable=False, help="A folder for the results, which keeps a folder's tree.")
]
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

    def command(self, *words: Path | str, out: Path | str | None = None) -> str:
        """What to type to do the same to other pictures, or to send them into a folder."""
        into = f" --out {quoted(out)}" if out else ""
        model = "" if self.model == paths.DEFAULT_MODEL else f" --model {quoted(self.model)}"
        return f"hfsr {self.verb.name} {quoted(*words)}{into}{model}"


def quoted(*words: Path | str) -> str:
    """Names as a shell takes them, none of them for an option."""
    named = [f"./{word}" if str(word).startswith("-") and str(word) != str(STREAM) else str(word) for word in words]
    return shlex.join(named)


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
        if out == STREAM or (out.suffix.lower() in SUFFIXES and not mode(out)):
            raise UserError(f"{out}: --out takes a folder; leave it out for a single picture")
        _many(task, sources, out)
        return
    if first != STREAM:
        require_source(first)
    whole = first != STREAM and is_folder(first)
    if len(others) == 1 and not whole:
        if is_file(first) and is_file(others[0]) and not task.overwrite:
            require_another(first, others[0])
            raise UserError(
                f"{others[0]}: is there already; --overwrite writes over it; to {name} both, say where to with --out FOLDER"
            )
        _one(task, first, others[0])
    elif others and STREAM in sources:
        raise UserError(
            f"-: standard input is one picture; {task.command('-', 'RESULT.png')}, or {task.command('-', '-')}"
        )
    elif others:
        raise UserError(f"{len(sources)} names: say where the results go, {task.command(first, '...', out='FOLDER')}")
    elif first == STREAM:
        raise UserError(
            f"-: where is the {done} picture to go? {task.command('-', 'RESULT.png')}, or {task.command('-', '-')}"
        )
    elif whole:
        raise UserError(f"{first}: a folder; {task.command(first, out=first.resolve().name + ending)}")
    else:
        raise UserError(
            f"{first}: where is the {done} picture to go? {task.command(first, f'{first.stem}{ending}.png')}"
        )


def _one(task: Task, source: Path, target: Path) -> None:
    """Into a file that is not there yet, or from and to the streams."""
    from hfsr.images import check_target

    suffix = writable(task.suffix)
    require_streams(source, target)
    if target != STREAM:
        require_file(target)
        check_target(target)
        if suffix and suffix != target.suffix.lower():
            raise UserError(f"{target}: its own suffix names the format; leave out --suffix {suffix}")
        if source != STREAM:
            require_another(source, target)  # before the next, whose way out would not help
        if not task.overwrite:
            require_free(target)
        require_room(target.parent)
    for line in _through(task.network(), source, target, suffix, task.strip, progress=is_watched()):
        tell(line)


def _many(task: Task, sources: list[Path], out: Path) -> None:
    """Into a folder; a picture that fails, or a folder that cannot be looked into, gets a line, and the rest is done."""
    if mode(out) and not is_folder(out):
        raise UserError(f"{out}: a file; --out names a folder")
    found, outer = gather(sources, out), around(out, sources)
    if outer and task.overwrite:  # no one knows which of the pictures there are results
        raise UserError(f"{out}: lies in {outer}, and --overwrite may destroy pictures of it; choose a folder outside")
    wanted, unfit = pairs(found.pictures, sources, out, writable(task.suffix))
    require_room(out)
    todo = [(source, target) for source, target in wanted if task.overwrite or not os.path.lexists(target)]
    network = task.network() if todo else task.model
    for link, place in found.linked:
        tell(f"{link}: a link to a folder, not followed; {task.command(link, out=out / place)}")
    for line in (*found.failed, *unfit):
        tell(line)
    bad = _each(task, network, todo)
    failed = len(found.failed) + len(unfit) + bad
    counts = [f"{len(todo) - bad} {task.verb.done}"]
    if skipped := len(wanted) - len(todo):
        counts.append(f"{skipped} there already" + ("" if outer else " (--overwrite makes them anew)"))
    if found.left_out:
        counts.append(f"{len(found.left_out)} in {out} left out")
    if failed:
        counts.append(f"{failed} failed")
    conclude(", ".join(counts))
    if failed:
        raise typer.Exit(1)


def _each(task: Task, network: "nn.Module | str", pairs: list[tuple[Path, Path]]) -> int:
    """Send each picture into its file, and count those that fail: they are named at the end, after an interruption too."""
    from tqdm.auto import tqdm

    failed = []
    try:
        for source, target in tqdm(pairs, desc=task.verb.name, unit="picture", disable=not is_watched()):
            try:
                for line in _through(network, source, target, None, task.strip):
                    tell(line)
            except (UserError, OSError) as error:
                failed.append(str(error))
    finally:
        for line in failed:
            tell(line)
    return len(failed)


def _through(
    network: "nn.Module | str", source: Path, target: Path, suffix: str | None, strip: bool, progress: bool = False
) -> list[str]:
    """Send one picture through a network into another file; a line for each thing that was lost on the way."""
    from hfsr.images import picture
    from hfsr.images.metadata import Metadata
    from hfsr.models.upscaling import upscale

    streamed = source == STREAM
    name = "standard input" if streamed else str(source)
    ending = target.suffix.lower() or suffix or ".png"
    with _in_memory(name):
        whole = picture.load(read_input() if streamed else source, name)
        picture.require_place(whole, ending, target, getattr(network, "scale", 2))
        pixels = upscale(whole.pixels, network, progress=progress)
        result = replace(whole, pixels=pixels, metadata=Metadata() if strip else whole.metadata)
        if target == STREAM:
            stream = BytesIO()  # a TIFF is not written in one go
            lost = picture.store(result, stream, ending)
            write_output(stream.getvalue())
        else:
            with atomic(target) as part:
                lost = picture.store(result, part, ending)
    return [f"{name}: {line}" for line in lost]


@contextmanager
def _in_memory(name: str) -> Iterator[None]:
    """Make it one line (`UserError`) that the machine's memory is too small for a picture, to read, upscale or write it."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_memory_full(error):
            raise
        raise UserError(f"{name}: larger than this machine's memory; cut it into parts") from error
