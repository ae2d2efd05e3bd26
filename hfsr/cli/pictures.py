"""`hfsr evaluate` and `hfsr restore`: a network on photographs."""

from pathlib import Path
from typing import Annotated

import typer

from hfsr import paths
from hfsr.cli.console import method
from hfsr.cli.upscale import Overwrite, Strip, one
from hfsr.errors import UserError

Degrade = Annotated[
    str | None, typer.Option(help="bicubic, noise15, noise25, noise50, jpeg10, jpeg20 or jpeg40: what is to be undone.")
]


def evaluate(
    model: Annotated[
        str,
        typer.Argument(help='A published model, a .safetensors file, or "bicubic"; with --degrade "input" or "nlm".'),
    ],
    data: Annotated[
        list[str] | None, typer.Argument(help="Sets: names or folders; by default embedded-held-out.")
    ] = None,
    degrade: Degrade = None,
) -> None:
    """Measure PSNR and SSIM of a model on sets of photographs."""
    import numpy as np

    from hfsr.analysis import classical, evaluation
    from hfsr.data import photographs
    from hfsr.data.degradation import BICUBIC

    found = model if model in classical.METHODS else method(model)
    for name in data or ["embedded-held-out"]:
        pictures = photographs.load(name, grey=True, degrade=degrade or BICUBIC)
        for metric, values in evaluation.evaluate(found, pictures).items():
            typer.echo(f"{pictures.name}/{metric}\t{np.mean(values):.4f}")


def restore(
    source: Annotated[Path, typer.Argument(help="The picture, of any size, or - for standard input.", readable=False)],
    target: Annotated[
        Path, typer.Argument(help="Where to: a file, whose suffix names the format, or - for standard output.")
    ],
    model: Annotated[str, typer.Option(help=f"{', '.join(paths.published(1))}, or a .safetensors file of a run.")],
    overwrite: Overwrite = False,
    strip: Strip = False,
) -> None:
    """Take noise or JPEG's traces out of a picture, by a network that was trained for it; the size stays."""
    if getattr(method(model, scale=1), "scale", 2) != 1:
        raise UserError(f"{model}: upscales a picture; hfsr upscale {source} {target} --model {model} does that")
    one(source, target, None, model, None, overwrite, strip)
