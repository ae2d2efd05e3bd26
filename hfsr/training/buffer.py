"""Pictures of different sizes in one flat buffer on the device, and batches of squares cut from it by one gather."""

from collections.abc import Sequence

import torch
from torch import Tensor

SHARE = 0.6  # of a GPU's free memory that pictures may take; more of them stay in the machine's own, pinned


class PictureBuffer:
    """Pictures, channel by channel and row by row, one after the other.

    Parameters
    ----------
    pictures : sequence of Tensor, (3, H, W), uint8
    rim : int
        Pixels added on every side; the last pixel of a picture stands in for what lies beyond it (see `hfsr.weight_map`).
    device : torch.device
        Where squares are wanted. The buffer lies there too where it fits.

    Examples
    --------
    >>> picture = torch.arange(48, dtype=torch.uint8).view(3, 4, 4)
    >>> buffer = PictureBuffer([picture], rim=0, device=torch.device("cpu"))
    >>> one = torch.tensor([1])
    >>> torch.equal(buffer.squares(one - 1, top=one, left=one, size=2)[0], picture[:, 1:3, 1:3])
    True
    """

    def __init__(self, pictures: Sequence[Tensor], rim: int, device: torch.device) -> None:
        sizes = torch.tensor([picture.shape for picture in pictures])
        self.device = device
        self.rim = rim
        planes = (sizes[:, 1] + 2 * rim) * (sizes[:, 2] + 2 * rim)
        ends = (3 * planes).cumsum(0)
        data = torch.empty(int(ends[-1]), dtype=torch.uint8)
        for picture, start, end in zip(pictures, (ends - 3 * planes).tolist(), ends.tolist(), strict=True):
            rows, columns = (torch.arange(-rim, size + rim).clamp(0, size - 1) for size in picture.shape[1:])
            data[start:end].view(3, len(rows), len(columns)).copy_(picture[:, rows[:, None], columns])
        self.data = data.to(device) if _fits(data, device) else data.pin_memory()
        here = self.data.device
        self.starts = (ends - 3 * planes).to(here)
        self.planes, self.widths = planes.to(here), (sizes[:, 2] + 2 * rim).to(here)

    def squares(self, chosen: Tensor, top: Tensor, left: Tensor, size: int) -> Tensor:
        """Squares of `size` pixels and their rims.

        Parameters
        ----------
        chosen, top, left : Tensor, (N,), int64
            Each square's picture, and its corner in the picture.
        size : int

        Returns
        -------
        Tensor
            uint8, (N, 3, size + 2 rim, size + 2 rim), on the device.
        """
        chosen, top, left = (index.to(self.data.device) for index in (chosen, top, left))
        size += 2 * self.rim
        across = torch.arange(size, device=chosen.device)
        channel = torch.arange(3, device=chosen.device)[:, None]
        corner = self.starts[chosen] + top * self.widths[chosen] + left
        rows = (
            corner[:, None, None] + channel * self.planes[chosen, None, None] + across * self.widths[chosen, None, None]
        )
        # Every run of `size` bytes of the buffer is a row of this view; those that are wanted are copied whole.
        runs = self.data.as_strided((len(self.data) - size + 1, size), (1, 1))
        cut = runs.index_select(0, rows.flatten()).view(len(chosen), 3, size, size)
        return cut if cut.device == self.device else cut.pin_memory().to(self.device, non_blocking=True)


def _fits(data: Tensor, device: torch.device) -> bool:
    return device.type != "cuda" or data.nbytes < SHARE * torch.cuda.mem_get_info(device)[0]
