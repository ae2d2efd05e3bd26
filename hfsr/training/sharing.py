"""Photographs that the processes of a machine share: one of them reads the pictures, and they lie in memory once."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import gather_object
from torch import Tensor

from hfsr.data import blocks, photographs
from hfsr.data.photographs import Photographs
from hfsr.errors import UserError
from hfsr.training import processes


@dataclass(frozen=True)
class _Kept:
    """Where a process has put the pictures, and what else there is to know of them: what it tells the others."""

    folder: Path
    shapes: dict[str, list[tuple[int, ...]]]
    rest: dict[str, Any]


def load(name: str, **how: Any) -> Photographs:
    """`hfsr.data.photographs.load`, by one process of each machine for all of its processes.

    Where several train together, the pictures pass through a file in the folder for temporary files (``TMPDIR``), which all
    map into their memory.

    Parameters
    ----------
    name : str
    **how
        As there.

    Returns
    -------
    Photographs
        Not to be written to.

    Raises
    ------
    UserError
        As there, in every process.

    Examples
    --------
    >>> load("embedded-held-out").names  # of one process
    ('chelsea', 'coffee', 'flower')
    """
    state = processes.state()
    if state.num_processes == 1:
        return photographs.load(name, **how)
    with tempfile.TemporaryDirectory(prefix="hfsr-pictures-") as folder:
        told = _read(Path(folder), name, how) if state.is_local_main_process else None
        kept = gather_object([told])[state.process_index - state.local_process_index]
        if isinstance(kept, UserError):
            raise kept
        pictures = _mapped(kept)
        state.wait_for_everyone()  # before the files go, which stay where they are mapped
    return pictures


def _read(folder: Path, name: str, how: dict[str, Any]) -> _Kept | UserError:
    try:
        pictures = photographs.load(name, **how)
    except UserError as error:  # is told as well: the others wait for an answer
        return error
    rest, shapes = vars(pictures).copy(), {}
    for column in ("hr", "lr"):
        images = rest.pop(column)
        shapes[column] = [tuple(image.shape) for image in images]
        blocks.block(images).numpy().tofile(folder / column)
    return _Kept(folder, shapes, rest)


def _mapped(kept: _Kept) -> Photographs:
    def column(name: str) -> tuple[Tensor, ...]:
        file = kept.folder / name
        data = torch.from_file(str(file), shared=True, size=file.stat().st_size, dtype=torch.uint8)
        return blocks.views(data, kept.shapes[name])

    return Photographs(hr=column("hr"), lr=column("lr"), **kept.rest)
