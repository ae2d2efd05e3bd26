"""What a run fills its record with: how its training went, its weights, and means over pictures."""

from pathlib import Path

import numpy as np
from torch import nn

from hfsr.files import sha256
from hfsr.models import store
from hfsr.studies.records import WEIGHTS, Measured, Settings
from hfsr.training import hardware, processes
from hfsr.training.loop import Progress


def training(folder: Path, progress: Progress, steps: int, images: int) -> Settings:
    """What a record says of a training: curve, seconds, throughput at so many `images` an iteration, digest of the weights.

    Examples
    --------
    >>> import tempfile
    >>> from hfsr.models import WDSR
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = save_weights(Path(folder), WDSR(blocks=1))
    ...     fields = training(Path(folder), Progress({}, step=10, seconds=2.0), steps=10, images=8)
    >>> fields["seconds"], fields["images_per_second"], len(fields["weights_sha256"])
    (2.0, 40.0, 64)
    """
    return {
        "curve": [entry for entry in progress.log if any("/" in key for key in entry)],  # those with a measured set
        "seconds": round(progress.seconds, 1),
        "images_per_second": round(steps * images / progress.seconds, 1) if progress.seconds else None,
        "processes": processes.count(),
        "precision": hardware.precision() if steps else None,
        "weights_sha256": sha256(folder / WEIGHTS) if steps else None,
    }


def save_weights(folder: Path, model: nn.Module) -> nn.Module:
    """Write a run's final weights (float16) and return the network read back: the one that is measured.

    Examples
    --------
    >>> import tempfile
    >>> from hfsr.models import WDSR
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     network = save_weights(Path(folder), WDSR(blocks=1))
    >>> network.training, next(network.parameters()).dtype
    (False, torch.float32)
    """
    store.save(folder / WEIGHTS, model)  # type: ignore[arg-type]
    return store.load(folder / WEIGHTS)


def means(measured: Measured) -> dict[str, float]:
    """Means over the pictures, as metrics: ``set/metric``.

    Examples
    --------
    >>> means({"set5": {"psnr_y_border2": [33.0, 35.0]}})
    {'set5/psnr_y_border2': 34.0}
    """
    return {
        f"{name}/{metric}": float(np.mean(values)) for name, each in measured.items() for metric, values in each.items()
    }
