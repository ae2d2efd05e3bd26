"""`hfsr upscale`: a picture, many of them, or a labelled set; and `hfsr restore`, which keeps a picture's size."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hfsr import paths
from hfsr.cli.pictures import PICTURES, Device, Folder, Overwrite, Strip, Suffix, Task, Verb, quoted, send
from hfsr.cli.streams import STREAM
from hfsr.errors import UserError
from hfsr.files import read_json

UPSCALE = Verb("upscale", "upscaled", "-x2", 2)
RESTORE = Verb("restore", "restored", "-restored", 1)


def upscale(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="PICTURE",
            readable=False,  # what cannot be read is named like every other file that fails
            help=f"{PICTURES}; or a labelled set (digits, cifar10, cifar100) and, if you like, its folder.",
        ),
    ],
    out: Folder = None,
    suffix: Suffix = None,
    model: Annotated[
        str,
        typer.Option(
            help=f'{", ".join(paths.published(2))}, "bicubic", or for pictures a .safetensors file of a run; by default '
            "the best of those published."
        ),
    ] = paths.DEFAULT_MODEL,
    device: Device = None,
    overwrite: Overwrite = False,
    strip: Strip = False,
) -> None:
    """Upscale pictures x2, or a whole labelled set.

    Pictures may have up to 178 megapixels; many of them, or a set, go on after an interruption. Colour goes through the
    network, transparency through bicubic interpolation. Colour profile, resolution and EXIF go with the picture. With --out,
    what is there already is skipped, and pictures that fail are named at the end (exit code 1); results that would share a
    name keep their pictures' suffixes: a.jpg.png.
    """
    from hfsr.data import labelled

    first, *others = sources
    if model in paths.published(1) or paths.scale_of(Path(model)) == 1:
        raise UserError(f"{model}: keeps a picture's size; hfsr restore PICTURE RESULT --model {quoted(model)} uses it")
    if str(first) in labelled.NAMES and not first.exists():
        if suffix or device or overwrite or strip or len(others) > 1:
            raise UserError(
                f"{first}: a labelled set is upscaled into one folder, with no option but --model and --out"
            )
        if out and others:
            raise UserError(f"{first}: two folders, {others[0]} and --out {out}; name one")
        folder = out or next(iter(others), None)
        if folder == STREAM:
            raise UserError("-: a labelled set goes into a folder, not to standard output; name one")
        if folder and str(folder) in labelled.NAMES and not folder.exists():
            raise UserError(f"{folder}: another labelled set; each is upscaled by a command of its own")
        _set(str(first), folder, model)
    else:
        send(Task(UPSCALE, model, device, suffix, overwrite, strip), sources, out)


def _set(name: str, folder: Path | None, model: str) -> None:
    from hfsr.data import labelled
    from hfsr.studies import upscaled, upscaler

    made = upscaled.make(labelled.load(name), upscaler.called(model), folder, progress=sys.stderr is not None)
    typer.echo(f"images\t{made / upscaled.IMAGES}\nsha256\t{read_json(made / 'record.json')['sha256']}")


def restore(
    sources: Annotated[list[Path], typer.Argument(metavar="PICTURE", readable=False, help=f"{PICTURES}.")],
    model: Annotated[str, typer.Option(help=f"{', '.join(paths.published(1))}, or a .safetensors file of a run.")],
    out: Folder = None,
    suffix: Suffix = None,
    device: Device = None,
    overwrite: Overwrite = False,
    strip: Strip = False,
) -> None:
    """Take noise or JPEG's traces out of pictures.

    A network does it that was trained for that, see --model; the size stays. Transparency, colour profile, resolution and
    EXIF go with the picture. With --out, what is there already is skipped, and pictures that fail are named at the end (exit
    code 1); results that would share a name keep their pictures' suffixes.
    """
    if model in ("bicubic", *paths.published(2)) or paths.scale_of(Path(model)) not in (1, None):
        raise UserError(f"{model}: upscales a picture; hfsr upscale PICTURE RESULT --model {quoted(model)} uses it")
    send(Task(RESTORE, model, device, suffix, overwrite, strip), sources, out)
