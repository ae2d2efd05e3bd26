"""`hfsr evaluate` and `hfsr restore`: a network on photographs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hfsr.cli.console import method
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
    source: Annotated[Path, typer.Argument(help="The picture, of any size.")],
    target: Annotated[Path, typer.Argument(help="Where to: a file, whose suffix names the format.")],
    model: Annotated[str, typer.Option(help="A published model that keeps the size, or a .safetensors file of a run.")],
) -> None:
    """Take noise or JPEG's traces out of a picture, by a network that was trained for it; the size stays."""
    from hfsr import images
    from hfsr.upscale import upscale

    images.check_target(target)
    network = method(model)
    if getattr(network, "scale", 2) != 1:
        raise UserError(f"{model}: enlarges a picture; hfsr upscale {source} {target} --model {model} does that")
    images.write(target, upscale(network, images.read(source), progress=sys.stderr.isatty()))
