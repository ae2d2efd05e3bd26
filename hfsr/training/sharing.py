"""Pictures that the processes of a machine share: one reads the files, and the pixels lie in memory once."""

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
Lists = Sequence[Sequence[Tensor]]


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
        As there, or if a folder for temporary files cannot take the pictures: in every process.

    Examples
    --------
    >>> load("embedded-held-out").names  # of one process
    ('chelsea', 'coffee', 'flower')
    """

    def read() -> tuple[Photographs, Lists]:
        pictures = photographs.load(name, degrade=degrade, whole=whole)
        return replace(pictures, hr=(), lr=()), (pictures.hr, pictures.lr)

    pictures, (hr, lr) = shared(read)
    return replace(pictures, hr=tuple(hr), lr=tuple(lr))


def shared(read: Callable[[], tuple[Rest, Lists]]) -> tuple[Rest, Lists]:
    """What `read` returns, called by one process of each machine for all of its processes.

    Where several train together, the pictures pass through files in the folder for temporary files (``TMPDIR``), which all
    map into their memory.

    Parameters
    ----------
    read : callable
        Returns anything small, and lists of pictures, none of them empty: tensors of uint8, of any shapes.

    Returns
    -------
    rest : as `read` has it
    lists : sequence of sequences of Tensor
        Not to be written to.

    Raises
    ------
    UserError or OSError
        Of `read`, of any machine, in every process; if a folder for temporary files cannot take the pictures.

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
        everyone = gather_object([told])
        for error in everyone:
            if isinstance(error, Exception):
                raise error
        kept = everyone[state.process_index - state.local_process_index]
        lists = [_mapped(kept.folder / str(place), shapes) for place, shapes in enumerate(kept.shapes)]
        state.wait_for_everyone()  # before the files go, which stay where they are mapped
    return kept.rest, lists


def _keep(folder: Path, read: Callable[[], tuple[Rest, Lists]]) -> _Kept[Rest] | Exception:
    """Read and keep the pictures; an error is returned, as the others wait for an answer."""
    try:
        rest, lists = read()
    except (UserError, OSError) as error:
        return error
    try:
        for place, some in enumerate(lists):
            blocks.block(some).numpy().tofile(folder / str(place))
    except OSError as error:
        return UserError(f"{folder.parent}: cannot take the pictures ({error}); set TMPDIR to a folder with more room")
    return _Kept(rest, [[each.shape for each in some] for some in lists], folder)


def _mapped(file: Path, shapes: list[Size]) -> tuple[Tensor, ...]:
    data = torch.from_file(str(file), shared=True, size=file.stat().st_size, dtype=torch.uint8)
    return blocks.views(data, shapes)
