"""Pictures of different sizes in one block of memory, one after the other."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

SPARE = 1  # bytes before the first picture and after the last: a row of a square is read with its rim, there too


def pack(pictures: list[Tensor]) -> None:
    """Put pictures into one new block and views of it into their places, one by one: hardly any is in memory twice.

    Parameters
    ----------
    pictures : list of Tensor, uint8
        Of any shapes.

    Examples
    --------
    >>> pictures = [torch.zeros(3, 2, 2, dtype=torch.uint8), torch.ones(1, 4, 2, dtype=torch.uint8)]
    >>> pack(pictures)
    >>> block(pictures).tolist() == [0] + 12 * [0] + 8 * [1] + [0]
    True
    """
    shapes = [picture.shape for picture in pictures]
    data = torch.empty(sum(map(torch.numel, pictures)) + 2 * SPARE, dtype=torch.uint8)
    data[:SPARE] = data[-SPARE:] = 0
    for place, view in enumerate(views(data, shapes)):
        pictures[place] = view.copy_(pictures[place])


def views(data: Tensor, shapes: Sequence[Sequence[int]]) -> tuple[Tensor, ...]:
    """The pictures of a block, by their shapes.

    Examples
    --------
    >>> views(torch.arange(6 + 2 * SPARE, dtype=torch.uint8), [(1, 2, 2), (2, 1, 1)])[1].flatten().tolist()
    [5, 6]
    """
    sizes = [math.prod(shape) for shape in shapes]
    return tuple(each.view(shape) for each, shape in zip(data[SPARE:-SPARE].split(sizes), shapes, strict=True))


def block(pictures: Sequence[Tensor]) -> Tensor:
    """The block that pictures lie in, whole: a view, or a new one where they do not follow each other in one.

    Returns
    -------
    Tensor
        uint8, flat, with `SPARE` bytes before and after them.

    Examples
    --------
    >>> pictures = [torch.ones(1, 2, 2, dtype=torch.uint8)]
    >>> block(pictures).tolist()
    [0, 1, 1, 1, 1, 0]
    >>> pack(pictures)
    >>> block(pictures).data_ptr() == pictures[0].data_ptr() - SPARE  # no copy
    True
    """
    first, end = pictures[0], pictures[0].data_ptr()
    for picture in pictures:
        if picture.data_ptr() != end or not picture.is_contiguous():
            break
        end += picture.nbytes
    else:
        start, length = first.storage_offset() - SPARE, end - first.data_ptr() + 2 * SPARE
        if 0 <= start <= first.untyped_storage().nbytes() - length:
            return first.as_strided((length,), (1,), start)
    copies = list(pictures)
    pack(copies)
    return block(copies)
