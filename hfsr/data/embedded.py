"""The colour photographs inside scikit-image's and scikit-learn's own packages: always there, nothing is downloaded."""

from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor

from hfsr import images

WHERE = "inside scikit-image and scikit-learn"
# The two halves of the stereo pair show one scene: both stay on one side of the split.
SPLITS = {
    "embedded": ("astronaut", "china", "motorcycle-left", "motorcycle-right", "rocket"),
    "embedded-held-out": ("chelsea", "coffee", "flower"),
}


def read(name: str) -> Tensor:
    """Read an embedded photograph.

    Parameters
    ----------
    name : str
        One of the names in `SPLITS`.

    Returns
    -------
    Tensor
        uint8, (3, H, W).

    Examples
    --------
    >>> read("chelsea").shape
    torch.Size([3, 300, 451])
    """
    if name in ("china", "flower"):
        return images.read(inside_sklearn(f"images/{name}.jpg"))
    import skimage.data  # here and not above: its package may be missing

    if name.startswith("motorcycle-"):
        pixels = skimage.data.stereo_motorcycle()[("motorcycle-left", "motorcycle-right").index(name)]
    else:
        pixels = getattr(skimage.data, name)()
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())


def inside_sklearn(name: str) -> Path:
    """Find a file of `sklearn.datasets` without importing scikit-learn, which takes a second.

    Parameters
    ----------
    name : str
        Its name below the package's folder.

    Returns
    -------
    Path
        Where it lies.

    Raises
    ------
    ModuleNotFoundError
        Without scikit-learn.

    Examples
    --------
    >>> inside_sklearn("images/china.jpg").exists()
    True
    """
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")
    return Path(package.origin).parent / "datasets" / name
