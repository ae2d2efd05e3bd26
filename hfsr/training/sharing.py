"""Photographs that the processes of a machine share: one of them reads the pictures, and they lie in memory once."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from accelerate.utils import gather_object
from torch import Size, Tensor

from hfsr.data import blocks, photographs
from hfsr.data.degradation import BICUBIC
from hfsr.data.photographs import Photographs
from hfsr.errors import UserError
from hfsr.training import processes


@dataclass(frozen=True)
class _Kept:
    """What the process that has read pictures tells the others: all but the pixels, and where these are."""

    pictures: Photographs  # without hr and lr
    hr: list[Size]
    lr: list[Size]
    folder: Path


def load(name: str, degrade: str = BICUBIC, whole: bool = True) -> Photographs:
    """`hfsr.data.photographs.load`, by one process of each machine for all of its processes.

    Where several train together, the pictures pass through files in the folder for temporary files (``TMPDIR``), which all
    map into their memory.

    Parameters
    ----------
    name, degrade, whole
        As there.

    Returns
    -------
    Photographs
        Not to be written to.

    Raises
    ------
    UserError
        As there, in every process; if the folder for temporary files cannot take the pictures.

    Examples
    --------
    >>> load("embedded-held-out").names  # of one process
    ('chelsea', 'coffee', 'flower')
    """
    state = processes.state()
    if state.num_processes == 1:
        return photographs.load(name, degrade=degrade, whole=whole)
    with tempfile.TemporaryDirectory(prefix="hfsr-pictures-") as folder:
        told = _read(Path(folder), name, degrade, whole) if state.is_local_main_process else None
        kept = gather_object([told])[state.process_index - state.local_process_index]
        if isinstance(kept, UserError):
            raise kept
        hr, lr = _mapped(kept.folder / "hr", kept.hr), _mapped(kept.folder / "lr", kept.lr)
        state.wait_for_everyone()  # before the files go, which stay where they are mapped
    return replace(kept.pictures, hr=hr, lr=lr)


def _read(folder: Path, name: str, degrade: str, whole: bool) -> _Kept | UserError:
    """Read and keep the pictures; an error is returned, as the others wait for an answer."""
    try:
        pictures = photographs.load(name, degrade=degrade, whole=whole)
        for column in ("hr", "lr"):
            blocks.block(getattr(pictures, column)).numpy().tofile(folder / column)
    except UserError as error:
        return error
    except OSError as error:
        return UserError(
            f"{folder.parent}: cannot take the photographs ({error}); set TMPDIR to a folder with more room"
        )
    hr, lr = ([each.shape for each in column] for column in (pictures.hr, pictures.lr))
    return _Kept(replace(pictures, hr=(), lr=()), hr, lr, folder)


def _mapped(file: Path, shapes: list[Size]) -> tuple[Tensor, ...]:
    data = torch.from_file(str(file), shared=True, size=file.stat().st_size, dtype=torch.uint8)
    return blocks.views(data, shapes)
