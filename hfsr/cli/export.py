"""`hfsr export`: a network for programs without PyTorch, or for a hub."""

from pathlib import Path
from typing import Annotated

import typer

from hfsr import paths
from hfsr.cli.pictures import Overwrite
from hfsr.cli.streams import STREAM
from hfsr.cli.targets import require_free
from hfsr.errors import UserError


def export(
    model: Annotated[str, typer.Argument(help=f"{', '.join(paths.published())}, or a .safetensors file of a run.")],
    target: Annotated[
        Path, typer.Argument(help="Where to: a file whose name ends in .onnx, or a folder, whose name has no ending.")
    ],
    half: Annotated[
        bool, typer.Option("--half", help="Store the weights as float16: half the size, within one grey level.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Write a network as an ONNX file, or as a hub's folder.

    The file takes pictures of any size and is checked against PyTorch before it is there.
    The folder holds config.json, model.safetensors and a model card, for from_pretrained.
    """
    if target == STREAM:
        raise UserError("-: an export is a file or a folder; name it")
    if not overwrite and target.is_dir() and any(target.iterdir()):
        raise UserError(f"{target}: is not empty; --overwrite writes into it, or name another folder")
    if not overwrite and not target.is_dir():
        require_free(target)
    if target.suffix and not target.is_dir():
        from hfsr.formats.onnx import export
    else:
        from hfsr.formats.hub import export

    export(model, target, half)
