"""Study "spectra": is CIFAR what the networks have learned to upscale? Its images beside photographs halved, by frequency.

The networks learned from photographs that MATLAB's bicubic halved. CIFAR's images were brought to their 32 x 32 pixels by
others and otherwise. Where their spectra end alike, Table III asks the networks for what they have learned.
"""

import time
from pathlib import Path

import torch
from torch import Tensor

from hfsr.analysis.detail import Curve
from hfsr.analysis.small_images import brought_down, fine_share, squares, variance_profiles
from hfsr.data import labelled, photographs
from hfsr.data.cifar import SIDE
from hfsr.files import exclusive
from hfsr.studies import provenance, records
from hfsr.studies.records import Data, Settings
from hfsr.studies.spectra_run import BROUGHT_DOWN, SETS, SQUARES, Spectra, SpectraRecord, fine_shares


def measure(run: Spectra, out: Path | str | None = None) -> Path:
    """Measure spectra, and leave a record.

    Parameters
    ----------
    run : Spectra
    out : path, optional
        The folder; by default that of the run.

    Returns
    -------
    Path
        The folder with ``record.json``.

    Raises
    ------
    UserError
        If CIFAR or the photographs are not here, or the folder holds another record.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> from hfsr.errors import UserError
    >>> from hfsr.studies.spectra_run import called
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, patch.dict("os.environ", HFSR_DATA="nowhere"):
    ...     try:
    ...         measure(called("bench"), folder)
    ...     except UserError as error:
    ...         print(str(error).partition(":")[0])
    cifar-10-batches-bin
    """
    folder = Path(out) if out else run.folder
    with exclusive(folder):
        start = time.monotonic()
        kinds, digests = images_of(run)
        if not run.finished_in(folder, {"data_digest": digests}):
            _measure(run, folder, kinds, digests, start)
    return folder


def _measure(run: Spectra, folder: Path, kinds: dict[str, Tensor], digests: dict[str, str], start: float) -> None:
    profiles = {kind: variance_profiles(images) for kind, images in kinds.items()}
    curves = {kind: curve(each) for kind, each in profiles.items()}
    found: Settings = {
        "data": Data(name=run.recipe.data, images=sum(map(len, profiles.values())), digest=digests),
        "images": {kind: len(each) for kind, each in profiles.items()},
        "curves": curves,
        "deviations": {kind: fine_share(each).std().item() for kind, each in profiles.items()},
        "metrics": fine_shares(curves),
        "seconds": round(time.monotonic() - start, 1),
    }
    records.write(folder, records.made(SpectraRecord, run.identity(), vars(provenance.origin(run.command)), found))


def images_of(run: Spectra) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The images of every kind, uint8 (N, 3, 32, 32), and digests of the sets that they are from, all read once.

    Raises
    ------
    UserError
        If CIFAR or the photographs are not here.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> from hfsr.studies.spectra_run import called
    >>> with patch.dict("os.environ", HFSR_DATA="nowhere"):
    ...     images_of(called("bench"))
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: cifar-10-batches-bin: not in nowhere; run `hfsr data fetch cifar10`, or set HFSR_DATA ...
    """
    sets = [labelled.load(name) for name in SETS]
    pictures = photographs.load(run.recipe.data)
    kinds = {
        **{each.name: each.test_images for each in sets},
        SQUARES: torch.cat([squares(lr, SIDE) for lr in pictures.lr]),
        BROUGHT_DOWN: torch.stack([brought_down(hr, SIDE) for hr in pictures.hr]),
    }
    return kinds, {each.name: each.digest for each in sets} | {pictures.name: pictures.digest}


def curve(profiles: Tensor) -> Curve:
    """Mean and deviation over the images, at each frequency.

    Examples
    --------
    >>> curve(torch.tensor([[1.0, 2.0], [3.0, 2.0]]))["mean"]
    [2.0, 2.0]
    """
    return {
        key: [round(x, 5) for x in each.tolist()]
        for key, each in zip(("mean", "sd"), (profiles.mean(0), profiles.std(0)), strict=True)
    }
