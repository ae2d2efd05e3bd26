"""`hfsr upscale`: a picture, many of them, or a labelled set."""

import os
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hfsr import paths
from hfsr.cli.console import method
from hfsr.cli.targets import STREAM, pairs, require_another, require_room, writable
from hfsr.errors import UserError
from hfsr.files import atomic, read_json

if TYPE_CHECKING:
    from torch import nn

Sources = Annotated[
    list[Path],
    typer.Argument(
        metavar="PICTURE...",
        readable=False,  # what cannot be read is named like every other file that fails
        help="A picture and the file to write, whose suffix names the format, - for standard input or output; with --out "
        "any number of pictures and folders; or a labelled set (digits, cifar10, cifar100) and, if you like, its folder.",
    ),
]
Out = Annotated[Path | None, typer.Option(help="A folder for the results, which keeps a folder's tree.")]
Suffix = Annotated[
    str | None, typer.Option(help="Format of the results, such as png, with --out or to standard output.")
]
Model = Annotated[
    str,
    typer.Option(
        help=f'{", ".join(paths.published(2))}, "bicubic", or for pictures a .safetensors file of a run; by default the best '
        "of those published."
    ),
]
Device = Annotated[str | None, typer.Option(help="cpu or cuda; by default the GPU where there is one.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Write over what is there already.")]
Strip = Annotated[bool, typer.Option("--strip", help="Leave out colour profile, resolution and EXIF.")]


def upscale(
    sources: Sources,
    out: Out = None,
    suffix: Suffix = None,
    model: Model = paths.DEFAULT_MODEL,
    device: Device = None,
    overwrite: Overwrite = False,
    strip: Strip = False,
) -> None:
    """Upscale a picture of any size x2, many of them, or a whole labelled set; many or a set go on after an interruption.

    Colour goes through the network, transparency through bicubic interpolation. Colour profile, resolution and EXIF go with
    the picture. With --out, what is there already is skipped, and a picture that fails is reported at the end (exit code 1);
    results that would share a name keep their pictures' suffixes: a.jpg.png.
    """
    from hfsr.data import labelled
    from hfsr.images import SUFFIXES

    first, *others = sources
    if model in paths.published(1) or paths.scale_of(Path(model)) == 1:
        raise UserError(f"{model}: keeps a picture's size; hfsr restore PICTURE RESULT --model {model} uses it")
    if str(first) in labelled.NAMES and not first.exists():
        if suffix or device or overwrite or strip or len(others) > 1:
            raise UserError(
                f"{first}: a labelled set is upscaled into one folder, with no option but --model and --out"
            )
        _set(str(first), out or next(iter(others), None), model)
    elif out:
        if STREAM in sources:
            raise UserError(
                "-: standard input is one picture; name its result, or - for standard output, and leave out --out"
            )
        if out == STREAM or (out.suffix.lower() in SUFFIXES and not out.exists()):
            raise UserError(f"{out}: --out takes a folder; leave it out for a single picture")
        wanted, refused = pairs(sources, out, writable(suffix))
        require_room(out)
        _many(wanted, refused, model, device, overwrite, strip)
    elif len(others) == 1 and (first == STREAM or not first.is_dir()):
        if first.is_file() and others[0].is_file() and not overwrite:
            raise UserError(
                f"{others[0]}: is there already; --overwrite writes over it; to upscale both, say where to with --out FOLDER"
            )
        one(first, others[0], writable(suffix), model, device, overwrite, strip)
    elif others:
        raise UserError(f"{len(sources)} names: say where the results go, hfsr upscale {first} ... --out FOLDER")
    elif first == STREAM:
        raise UserError("-: where is the upscaled picture to go? hfsr upscale - RESULT.png, or hfsr upscale - -")
    elif first.is_dir():
        raise UserError(f"{first}: a folder; hfsr upscale {first} --out {first.resolve().name}-x2")
    else:
        raise UserError(f"{first}: where is the upscaled picture to go? hfsr upscale {first} {first.stem}-x2.png")


def _set(name: str, folder: Path | None, model: str) -> None:
    from hfsr.data import labelled
    from hfsr.studies import upscaled, upscaler

    made = upscaled.make(labelled.load(name), upscaler.called(model), folder, progress=True)
    typer.echo(f"images\t{made / upscaled.IMAGES}\nsha256\t{read_json(made / 'record.json')['sha256']}")


def one(
    source: Path, target: Path, suffix: str | None, model: str, device: str | None, overwrite: bool, strip: bool
) -> None:
    """Send one picture through a network into a file that is not there yet, or from and to the streams."""
    from hfsr.images import check_target

    if target == STREAM:
        if sys.stdout.isatty():
            raise UserError("standard output is a terminal: send it to a file or a program")
    else:
        if target.is_dir():
            raise UserError(f"{target}: a folder; name the file to write")
        check_target(target)
        if suffix and suffix != target.suffix.lower():
            raise UserError(f"{target}: its own suffix names the format; leave out --suffix {suffix}")
        if target.exists() and not overwrite:
            raise UserError(f"{target}: is there already; --overwrite writes over it")
    if source != STREAM:
        if not os.path.lexists(source):
            raise UserError(f"{source}: no such file")
        require_another(source, target)
    if target != STREAM:
        require_room(target.parent)
    for line in _upscale(source, target, suffix, method(model, device, scale=2), strip, progress=sys.stderr.isatty()):
        typer.echo(f"hfsr: {line}", err=True)


def _many(
    wanted: list[tuple[Path, Path]], refused: list[str], model: str, device: str | None, overwrite: bool, strip: bool
) -> None:
    from tqdm.auto import tqdm

    todo = [(source, target) for source, target in wanted if overwrite or not target.exists()]
    network = method(model, device, scale=2) if todo else model
    said, failed, made = [], list(refused), 0
    for source, target in tqdm(todo, desc="upscaling", unit="picture", disable=not sys.stderr.isatty()):
        try:
            said += _upscale(source, target, None, network, strip)
            made += 1
        except (UserError, OSError) as error:
            failed.append(str(error))
    for line in (*said, *failed):
        typer.echo(f"hfsr: {line}", err=True)
    counts = f"{made} upscaled"
    if skipped := len(wanted) - len(todo):
        counts += f", {skipped} there already (--overwrite makes them anew)"
    typer.echo(counts + (f", {len(failed)} failed" if failed else ""))
    if failed:
        raise typer.Exit(1)


def _upscale(
    source: Path, target: Path, suffix: str | None, network: "nn.Module | str", strip: bool, progress: bool = False
) -> list[str]:
    """Upscale one picture into another file; a line for each thing that was lost on the way."""
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
