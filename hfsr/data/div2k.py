"""DIV2K in its official layout: 800 training and 100 validation photographs with their official halves (Section IV.A).

    DIV2K_train_HR/0001.png ... 0800.png    DIV2K_train_LR_bicubic/X2/0001x2.png ...
    DIV2K_valid_HR/0801.png ... 0900.png    DIV2K_valid_LR_bicubic/X2/0801x2.png ...

Each of the four folders lies below any data root, or in a folder DIV2K there.
"""

from pathlib import Path

from torch import Tensor

from hfsr import images
from hfsr.data import roots
from hfsr.errors import UserError

NUMBERS = {"train": range(1, 801), "valid": range(801, 901)}
SETS = {"div2k-train": "train", "div2k-valid": "valid"}


def layout(part: str) -> dict[str, list[str]]:
    """Folders of "train" or "valid", high resolution first, each with the names of all its pictures.

    Examples
    --------
    >>> {folder: names[0] for folder, names in layout("valid").items()}
    {'DIV2K_valid_HR': '0801.png', 'DIV2K_valid_LR_bicubic/X2': '0801x2.png'}
    """
    numbers = NUMBERS[part]
    return {
        f"DIV2K_{part}_HR": [f"{number:04d}.png" for number in numbers],
        f"DIV2K_{part}_LR_bicubic/X2": [f"{number:04d}x2.png" for number in numbers],
    }


def pairs(part: str, whole: bool = True, halves: bool = True) -> list[tuple[Path, Path]]:
    """Paths of the pictures of "train" or "valid", each with its official half, or where no halves are wanted with itself.

    A missing file is a `UserError`, but for pictures where not the whole set is wanted.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", HFSR_DATA="nowhere"):
    ...     pairs("valid")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: DIV2K_valid_HR: not in nowhere; run `hfsr data fetch div2k`, or set HFSR_DATA to where it lies
    """
    whole_size, half_size = layout(part).items()
    (high, highs), (low, lows) = whole_size, half_size if halves else whole_size
    high_folder, low_folder = roots.require(high, "div2k"), roots.require(low, "div2k")
    wanted = list(zip(highs, lows, strict=True))
    if not whole:
        here = _names(high_folder)
        wanted = [pair for pair in wanted if pair[0] in here] or wanted
    for folder, names in zip((high_folder, low_folder), zip(*wanted, strict=True), strict=True):
        here = _names(folder)
        missing = [name for name in names if name not in here]
        if missing:
            raise UserError(
                f"{folder / missing[0]}: no such file ({len(missing)} of {len(names)} pictures are missing); "
                "move the folder away and run `hfsr data fetch div2k`"
            )
    return [(high_folder / high, low_folder / low) for high, low in wanted]


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def read_pair(high: Path, low: Path) -> tuple[Tensor, Tensor]:
    """Read a picture, cropped to even sizes, and its official half; `UserError` where the half has another size.

    Examples
    --------
    >>> import tempfile, torch
    >>> picture = torch.zeros(3, 9, 8, dtype=torch.uint8)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     high, low = Path(folder) / "0801.png", Path(folder) / "0801x2.png"
    ...     images.write(high, picture)
    ...     images.write(low, picture[:, :4, :4])
    ...     hr, lr = read_pair(high, low)
    >>> hr.shape, lr.shape
    (torch.Size([3, 8, 8]), torch.Size([3, 4, 4]))
    """
    hr = images.crop_to_multiple(images.read(high), 2).contiguous()
    lr = images.read(low)
    (height, width), half = hr.shape[-2:], lr.shape[-2:]
    if half != (height // 2, width // 2):
        raise UserError(
            f"{low}: {half[1]}x{half[0]} pixels, where half of {high.name} is {width // 2}x{height // 2}; get it again"
        )
    return hr, lr
