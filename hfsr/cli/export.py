"""`hfsr export`: a network for programs without PyTorch."""

from pathlib import Path
from typing import Annotated

import typer


def export(
    model: Annotated[str, typer.Argument(help="A published model, or a .safetensors file of a run.")],
    target: Annotated[Path, typer.Argument(help="Where to: a file whose name ends in .onnx.")],
    half: Annotated[
        bool, typer.Option("--half", help="Store the weights as float16: half the size, within one grey level.")
    ] = False,
) -> None:
    """Write a network as an ONNX file for pictures of any size, checked against PyTorch before it is there."""
    from hfsr.models.export import export

    export(model, target, half)
