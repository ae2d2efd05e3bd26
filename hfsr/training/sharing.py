"""Pictures that the processes of a machine share: one of them reads these, and they lie in memory once."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

import torch
from accelerate.utils import gather_object
from torch import Size, Tensor

from hfsr.data import blocks, photographs
from hfsr.data.degradation import BICUBIC
from hfsr.data.photographs import Photographs
from hfsr.errors import UserError
from hfsr.training import processes

Rest = TypeVar("Rest")
Columns = Sequence[Sequence[Tensor]]


@dataclass(frozen=True)
class _Kept(Generic[Rest]):
    """What the process that has read pictures tells the others: all but the pixels, and where these are."""

    rest: Rest
    shapes: list[list[Size]]
    folder: Path


def load(name: str, degrade: str = BICUBIC, whole: bool = True) -> Photographs:
    """`hfsr.data.photographs.load`, by one process of each machine for all of its processes, see `shared`.

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

    def read() -> tuple[Photographs, Columns]:
        pictures = photographs.load(name, degrade=degrade, whole=whole)
        return replace(pictures, hr=(), lr=()), (pictures.hr, pictures.lr)

    pictures, (hr, lr) = shared(read)
    return replace(pictures, hr=tuple(hr), lr=tuple(lr))


def shared(read: Callable[[], tuple[Rest, Columns]]) -> tuple[Rest, Columns]:
    """What `read` returns, called by one process of each machine for all of its processes.

    Where several train together, the pictures pass through files in the folder for temporary files (``TMPDIR``), which all
    map into their memory.

    Parameters
    ----------
    read : callable
        Returns anything small, and columns of pictures: tensors of uint8, of any shapes.

    Returns
    -------
    rest : as `read` has it
    columns : sequence of sequences of Tensor
        Not to be written to.

    Raises
    ------
    UserError
        Of `read`, in every process; if the folder for temporary files cannot take the pictures.

    Examples
    --------
    >>> shared(lambda: ("two", [[torch.zeros(1, 2, 2, dtype=torch.uint8)] * 2]))[0]  # of one process
    'two'
    """
    state = processes.state()
    if state.num_processes == 1:
        return read()
    with tempfile.TemporaryDirectory(prefix="hfsr-pictures-") as folder:
        told = _keep(Path(folder), read) if state.is_local_main_process else None
        kept = gather_object([told])[state.process_index - state.local_process_index]
        if isinstance(kept, UserError):
            raise kept
        columns = [_mapped(kept.folder / str(place), shapes) for place, shapes in enumerate(kept.shapes)]
        state.wait_for_everyone()  # before the files go, which stay where they are mapped
    return kept.rest, columns


def _keep(folder: Path, read: Callable[[], tuple[Rest, Columns]]) -> _Kept[Rest] | UserError:
    """Read and keep the pictures; an error is returned, as the others wait for an answer."""
    try:
        rest, columns = read()
        for place, column in enumerate(columns):
            blocks.block(column).numpy().tofile(folder / str(place))
    except UserError as error:
        return error
    except OSError as error:
        return UserError(f"{folder.parent}: cannot take the pictures ({error}); set TMPDIR to a folder with more room")
    return _Kept(rest, [[each.shape for each in column] for column in columns], folder)


def _mapped(file: Path, shapes: list[Size]) -> tuple[Tensor, ...]:
    data = torch.from_file(str(file), shared=True, size=file.stat().st_size, dtype=torch.uint8)
    return blocks.views(data, shapes)
