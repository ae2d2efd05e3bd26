"""Pictures of different sizes in one flat buffer on the device, and batches of squares cut from it by one gather."""

from collections.abc import Sequence

import torch
from torch import Tensor

from hfsr.data import blocks
from hfsr.training.hardware import send

SHARE = 0.6  # of a GPU's free memory that pictures may take; more of them stay in the machine's own


class PictureBuffer:
    """Pictures, channel by channel and row by row, one after the other: on the CPU the same memory as theirs.

    Parameters
    ----------
    pictures : sequence of Tensor, (3, H, W), uint8
        Of one block (`hfsr.data.blocks.block`); others are copied into one.
    rim : int
        Pixels that squares get on every side, 0 or 1; the last pixel of a picture stands in for what lies beyond it (see
        `hfsr.weight_map`).
    device : torch.device
        Where squares are wanted. The buffer lies there too where it fits; its own device is `data.device`.

    Examples
    --------
    >>> picture = torch.arange(48, dtype=torch.uint8).view(3, 4, 4)
    >>> buffer = PictureBuffer([picture], rim=0, device=torch.device("cpu"))
    >>> one = torch.tensor([1])
    >>> torch.equal(buffer.squares(one - 1, top=one, left=one, size=2)[0], picture[:, 1:3, 1:3])
    True
    """

    def __init__(self, pictures: Sequence[Tensor], rim: int, device: torch.device) -> None:
        self.device = device
        self.rim = rim
        data = blocks.block(pictures)
        self.data = data.to(device) if _fits(data, device) else data
        sizes = torch.tensor([picture.shape for picture in pictures])
        here = self.data.device
        self.heights, self.widths = sizes[:, 1].to(here), sizes[:, 2].to(here)
        self.planes = self.heights * self.widths
        self.starts = blocks.SPARE + 3 * (self.planes.cumsum(0) - self.planes)

    def squares(self, chosen: Tensor, top: Tensor, left: Tensor, size: int) -> Tensor:
        """Squares of `size` pixels and their rims.

        Parameters
        ----------
        chosen, top, left : Tensor, (N,), int64
            Each square's picture, and its corner in the picture; on the buffer's device, or they are brought there.
        size : int
            At most the sides of the chosen pictures.

        Returns
        -------
        Tensor
            uint8, (N, 3, size + 2 rim, size + 2 rim), on the device.
        """
        chosen, top, left = (index.to(self.data.device) for index in (chosen, top, left))
        rimmed, width = size + 2 * self.rim, self.widths[chosen]
        row = top[:, None] + torch.arange(-self.rim, size + self.rim, device=chosen.device)
        row = torch.minimum(row.clamp(min=0), self.heights[chosen, None] - 1)  # beyond the picture, its last row
        corner = self.starts[chosen] + left - self.rim
        channel = torch.arange(3, device=chosen.device)[:, None]
        rows = corner[:, None, None] + channel * self.planes[chosen, None, None] + (row * width[:, None])[:, None]
        # Every run of `rimmed` bytes of the buffer is a row of this view; those that are wanted are copied whole.
        runs = self.data.as_strided((len(self.data) - rimmed + 1, rimmed), (1, 1))
        cut = runs.index_select(0, rows.flatten()).view(len(chosen), 3, rimmed, rimmed)
        if self.rim:  # beyond the picture, its first or last column
            beyond = torch.stack((left == 0, left == width - size), dim=-1)[:, None, None]
            outer, inner = cut[..., :: rimmed - 1], cut[..., 1 : -1 : max(size - 1, 1)]
            outer.copy_(torch.where(beyond, inner, outer))
        return cut if cut.device.type == self.device.type else send(cut, self.device)


def _fits(data: Tensor, device: torch.device) -> bool:
    if device.type != "cuda":
        return True
    # What PyTorch keeps for later, of a run before this one, is as good as free.
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return data.nbytes < SHARE * (torch.cuda.mem_get_info(device)[0] + kept)
