"""Fetch DIV2K and CIFAR from their official sites: resumed, checked, unpacked beside their place and then moved in.

Other sets of photographs are fetched by `hfsr.data.collect`, picture by picture.
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hfsr import paths
from hfsr.data import archives, cifar, collect, div2k, roots
from hfsr.data.sources import SOURCES
from hfsr.errors import UserError

DIV2K_SITE = "https://data.vision.ee.ethz.ch/cvl/DIV2K"
CIFAR_SITE = "https://www.cs.toronto.edu/~kriz"


@dataclass(frozen=True)
class Archive:
    """An official archive.

    Sizes and checksums are those by which TensorFlow Datasets verifies the same files (CIFAR's site publishes MD5s, which
    `hfsr.data.cifar` checks file by file; DIV2K's site publishes none).

    Parameters
    ----------
    url : str
    size : int
        Bytes.
    sha256 : str
    folder : str
        The folder it brings, as a path below a data root.
    files : tuple of str
        Files without which that folder is not complete.

    Examples
    --------
    >>> [archive.folder for archive in ARCHIVES["cifar10"]]
    ['cifar-10-batches-bin']
    """

    url: str
    size: int
    sha256: str
    folder: str
    files: tuple[str, ...]


def _of_div2k(part: str, **packed: tuple[int, str]) -> tuple[Archive, ...]:
    return tuple(
        Archive(f"{DIV2K_SITE}/{folder.replace('/', '_')}.zip", size, sha256, folder, tuple(names))
        for (folder, names), (size, sha256) in zip(div2k.layout(part).items(), packed.values(), strict=True)
    )


def _of_cifar(name: str, file: str, size: int, sha256: str) -> tuple[Archive, ...]:
    layout = cifar.LAYOUTS[name]
    return (Archive(f"{CIFAR_SITE}/{file}", size, sha256, layout.folder, (*layout.train, *layout.test, layout.names)),)


ARCHIVES = {
    "div2k": (
        *_of_div2k(
            "train",
            high=(3_530_603_713, "9d0b9c463f6e35b6c62cc6a930ee2224f670b34c1df841a57670f9acf0f6c335"),
            low=(925_390_592, "a53a424317575838dadce4bcd97cf7b744d6855f43740ed5f0245af3cf4bd850"),
        ),
        *_of_div2k(
            "valid",
            high=(448_993_893, "20dd31fd84d777bc1cf5d6b7654a3f569c0aec74458ae094122ad1d0489900fc"),
            low=(117_763_600, "60eed9875c697df51204aa579e2a699e1d5215095788a097ff54dd17e2664d57"),
        ),
    ),
    "cifar10": _of_cifar(
        "cifar10",
        "cifar-10-binary.tar.gz",
        170_052_171,
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ),
    "cifar100": _of_cifar(
        "cifar100",
        "cifar-100-binary.tar.gz",
        168_513_733,
        "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    ),
}


def fetch(name: str) -> Path:
    """Download a set into the first data root; what any data root has already is left alone.

    An interrupted download goes on where it stopped. A folder appears only when all of it is there and right. The archives
    are removed at the end; until then the largest of DIV2K needs 7 GB, a CIFAR 0.4 GB.

    Parameters
    ----------
    name : str
        "div2k", "cifar10", "cifar100", or a set in `hfsr.data.sources.SOURCES`.

    Returns
    -------
    Path
        The data root that has the set (its last part, where the parts lie below several).

    Raises
    ------
    TakenError
        If another process fetches it.
    UserError
        If the name is another one; the site cannot be reached or has another file; the data root cannot be written to; or
        a folder of the set is there but lacks files.

    Examples
    --------
    >>> fetch("digits")  # they come with scikit-learn
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: no set to fetch is called 'digits': choose one of div2k, cifar10, cifar100, ...
    """
    if name in SOURCES:
        return collect.collect(name)
    if name not in ARCHIVES:
        raise UserError(f"no set to fetch is called {name!r}: choose one of {', '.join((*ARCHIVES, *SOURCES))}")
    root = paths.data_roots()[0]
    if absent := [archive for archive in ARCHIVES[name] if not _complete(archive, name)]:
        for archive in absent:
            roots.require_free(root / archive.folder)
        with roots.fetching(name) as place:
            for archive in absent:
                if not _complete(archive, name):  # another process may have brought it just now
                    _install(archive, root, place)
    last = roots.require(ARCHIVES[name][-1].folder, name)
    return next(root for root in paths.data_roots() if root in last.parents)


def _complete(archive: Archive, name: str) -> bool:
    """Whether a data root has all that an archive brings; a folder that lacks some of it is refused, not mended."""
    folder = paths.find_data(archive.folder)
    if folder is None:
        return False
    missing = _missing(archive, folder)
    if missing:
        raise UserError(f"{folder}: lacks {missing[0]}; move the folder away and run `hfsr data fetch {name}` again")
    return True


def _install(archive: Archive, root: Path, place: Path) -> None:
    packed = root / f"{PurePosixPath(archive.url).name}.part"
    archives.download(archive.url, packed, archive.size, archive.sha256)
    try:
        archives.unpack(packed, place)
        missing = _missing(archive, place / archive.folder)
        if missing:
            raise UserError(f"{archive.url}: has no {archive.folder}/{missing[0]}, so it is not the official archive")
        (root / archive.folder).parent.mkdir(exist_ok=True)
        (place / archive.folder).rename(root / archive.folder)
    except UserError:
        packed.unlink()  # right by its checksum and of no use: a second run would only meet it again
        raise
    packed.unlink()


def _missing(archive: Archive, folder: Path) -> list[str]:
    present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    return [file for file in archive.files if file not in present]
