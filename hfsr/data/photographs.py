"""Photographs in pairs, high and low resolution: decoded once, kept as uint8 (Section IV.A).

The low-resolution picture is MATLAB's bicubic halving of the other, but for DIV2K, whose official halves are read. In its place
may stand a picture of the same size with noise, or out of a JPEG file (`hfsr.data.degradation`).
"""

import hashlib
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from torch import Tensor
from tqdm.auto import tqdm

from hfsr import images, paths
from hfsr.data import blocks, degradation, div2k, embedded, roots
from hfsr.data.degradation import BICUBIC
from hfsr.errors import UserError

FOLDERS = ("set5", "set14", "bsd100", "kodak24", "mcmaster", "t91", "bsd200", "bsds500-test", "realsr-gt")
PARTS = ("realsr-train", "realsr-held-out")  # of realsr-gt
REALSR_HELD_OUT = ("cam1_02", "cam1_09", "cam2_010", "cam2_09")  # never trained on
KNOWN = (*embedded.SPLITS, *FOLDERS, *PARTS, *div2k.SETS)
HALVED = "-halved"  # after a known name: its pictures at half their size, in which the block edges of JPEG are gone

Pair = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Photographs:
    """A set of pictures in pairs.

    Parameters
    ----------
    name : str
        What it was loaded as; of a folder given by its path, the folder's own name.
    names : tuple of str
        One a picture: the file's name, after that of its set where several are joined ("t91/t1.png").
    hr : tuple of Tensor, (C, H, W), uint8
        Of one block of memory, as `lr` of another (`hfsr.data.blocks`). Even sizes; C = 3, or 1 for a grey picture of a set
        loaded with ``grey=True``.
    lr : tuple of Tensor, (C, H/2, W/2), uint8
        (C, H, W) where the degradation keeps the size.
    digest : str
        SHA-256 over names, shapes and pixels.
    degrade : str
        What made `lr` of `hr`, see `hfsr.data.degradation.degraded`.

    Examples
    --------
    >>> pictures = load("embedded-held-out")
    >>> for name, hr, lr in zip(pictures.names, pictures.hr, pictures.lr):
    ...     print(name, tuple(hr.shape), tuple(lr.shape))
    chelsea (3, 300, 450) (3, 150, 225)
    coffee (3, 400, 600) (3, 200, 300)
    flower (3, 426, 640) (3, 213, 320)
    """

    name: str
    names: tuple[str, ...]
    hr: tuple[Tensor, ...]
    lr: tuple[Tensor, ...]
    digest: str
    degrade: str = BICUBIC

    @property
    def scale(self) -> int:
        """How many times as wide and high `hr` is."""
        return degradation.scale(self.degrade)


def load(name: str, grey: bool = False, degrade: str = BICUBIC, whole: bool = True) -> Photographs:
    """Load a set of photographs, in the natural order of their names (t2 before t10).

    Pictures of odd size lose their last row or column. A progress bar appears where it takes more than two seconds.

    Parameters
    ----------
    name : str
        "embedded" or "embedded-held-out" (always there); a set below a data root: "set5", "set14", "bsd100", "kodak24",
        "mcmaster", "t91", "bsd200", "bsds500-test", "realsr-gt", its parts "realsr-train" and "realsr-held-out",
        "div2k-train", "div2k-valid"; one of these and "-halved"; any other folder of pictures, below a data root or by its
        path; or several joined by "+".
    grey : bool
        Keep grey pictures as one channel (for evaluation); otherwise they get three equal ones (for training).
    degrade : str
        One of `hfsr.data.degradation.NAMES`.
    whole : bool
        Refuse DIV2K where some of its pictures are missing; otherwise those that are here are the set.

    Returns
    -------
    Photographs

    Raises
    ------
    UserError
        If a set or a degradation is not there, or the set has no pictures; if a picture is damaged, of a kind that
        `hfsr.images.read` refuses, or smaller than 2x2; if a picture of DIV2K or its half is missing, or the half has the
        wrong size.

    Examples
    --------
    >>> pictures = load("embedded-held-out")
    >>> pictures.names, pictures.hr[0].shape, pictures.lr[0].shape
    (('chelsea', 'coffee', 'flower'), torch.Size([3, 300, 450]), torch.Size([3, 150, 225]))
    """
    degradation.scale(degrade)  # a name that there is
    # Path.is_dir would raise on a joined name longer than a file's name may be.
    parts = [name] if os.path.isdir(name) else name.split("+")  # noqa: PTH112
    titles: list[str] = []
    hr: list[Tensor] = []
    lr: list[Tensor] = []
    for part in parts:
        sources = _sources(part, degrade, whole)
        titles += sources if len(parts) == 1 else [f"{_own_name(part)}/{title}" for title in sources]
        for pair in _read_all(part, list(sources.values())):
            for column, picture in zip((hr, lr), pair, strict=True):
                column.append(picture if grey else images.to_rgb(picture).contiguous())
    blocks.pack(hr)
    blocks.pack(lr)
    names, pairs = tuple(titles), (tuple(hr), tuple(lr))
    return Photographs("+".join(_own_name(part) for part in parts), names, *pairs, _digest(names, *pairs), degrade)


def require_crop(photographs: Photographs, crop: int) -> None:
    """Refuse (`UserError`) a set with a picture whose *low-resolution* side is shorter than `crop` pixels.

    Examples
    --------
    >>> require_crop(load("embedded-held-out"), 48)
    """
    for title, lr in zip(photographs.names, photographs.lr, strict=True):
        height, width = lr.shape[-2:]
        if min(height, width) < crop:
            raise UserError(
                f"{title}: {width}x{height} pixels at low resolution, too small for crops of {crop}x{crop}; "
                "leave it out, or train on smaller crops"
            )


def files(name: str) -> list[Path]:
    """Paths of the pictures of a folder, or of a part of realsr-gt, in natural order.

    Folders within the folder and hidden files are left out.

    Raises
    ------
    UserError
        If there is no such folder, or no picture in it.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("t10.png", "t2.png", "notes.txt"):
    ...     (folder / name).touch()
    >>> [path.name for path in files(str(folder))]
    ['t2.png', 't10.png']
    """
    folder = _folder(name)
    kept = [p for p in folder.iterdir() if p.suffix.lower() in images.SUFFIXES and p.name[0] != "."]
    kept = [p for p in kept if p.is_file() or not p.exists()]  # a link that leads nowhere is named when it is read
    if name in PARTS:
        kept = [path for path in kept if (path.stem in REALSR_HELD_OUT) == (name == "realsr-held-out")]
    if not kept:
        raise UserError(f"{folder}: no pictures of {name!r} in this folder (files in {' '.join(images.SUFFIXES)})")
    return sorted(kept, key=lambda path: (_natural(path.name), path.name))


def _sources(name: str, degrade: str, whole: bool) -> dict[str, Callable[[], Pair]]:
    """What reads each picture of one set, by the picture's name."""
    if (original := name.removesuffix(HALVED)) != name and original in KNOWN:
        sources = _sources(original, BICUBIC, whole)
        return {title: partial(_half, title, read, degrade) for title, read in sources.items()}
    if name in embedded.SPLITS:
        return {title: partial(_embedded_pair, title, degrade) for title in embedded.SPLITS[name]}
    if name in div2k.SETS:
        pairs = div2k.pairs(div2k.SETS[name], whole, halves=degrade == BICUBIC)
        if degrade != BICUBIC:
            return {high.name: partial(_file_pair, high, degrade) for high, _ in pairs}
        return {high.name: partial(div2k.read_pair, high, low) for high, low in pairs}
    return {path.name: partial(_file_pair, path, degrade) for path in files(name)}


def _read_all(name: str, sources: list[Callable[[], Pair]]) -> list[Pair]:
    """Run all `sources` on all cores at once: Pillow and torch let other threads work meanwhile."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = pool.map(lambda source: source(), sources)
        return list(tqdm(found, f"reading {name}", len(sources), unit="picture", delay=2, leave=False))


def _half(title: str, read: Callable[[], Pair], degrade: str) -> Pair:
    return _pair(title, title, read()[1], degrade)


def _embedded_pair(title: str, degrade: str) -> Pair:
    return _pair(title, title, embedded.read(title), degrade)


def _file_pair(path: Path, degrade: str) -> Pair:
    return _pair(path, path.name, images.read(path), degrade)


def _pair(where: str | Path, title: str, image: Tensor, degrade: str) -> Pair:
    hr = images.crop_to_multiple(image, 2).contiguous()
    if hr.numel() == 0:
        raise UserError(f"{where}: only {image.shape[2]}x{image.shape[1]} pixels, a picture needs 2x2; leave it out")
    return hr, degradation.degraded(hr, degrade, title)


def _folder(name: str) -> Path:
    wanted = "realsr-gt" if name in PARTS else name
    found = paths.find_data(wanted) if _is_plain(wanted) else Path(wanted)
    if found is None and wanted not in FOLDERS:  # a known name never means a folder that happens to lie here
        found = Path(wanted)
    if not name or found is None or not found.is_dir():
        raise UserError(
            f"no photographs called {name!r}: no folder of that name in {roots.searched()} (HFSR_DATA), and no path of "
            f"one; names are {', '.join(KNOWN)}"
        )
    return found


def _is_plain(name: str) -> bool:
    """Whether `name` can be a folder's below a data root, and is no path."""
    return bool(name) and Path(name).name == name and not name.startswith(".")


def _own_name(part: str) -> str:
    return part if _is_plain(part) else Path(part).resolve().name


def _natural(name: str) -> list[str | int]:
    return [int(word) if place % 2 else word for place, word in enumerate(re.split(r"(\d+)", name))]


def _digest(names: tuple[str, ...], *columns: tuple[Tensor, ...]) -> str:
    total = hashlib.sha256()
    for title, *pair in zip(names, *columns, strict=True):
        total.update(title.encode(errors="surrogateescape"))  # a name may be bytes of any kind
        for picture in pair:
            total.update(str(tuple(picture.shape)).encode())
            total.update(picture.numpy().data)
    return total.hexdigest()
