"""The colour photographs inside scikit-image's and scikit-learn's own packages: always there, nothing is downloaded."""

import torch
from torch import Tensor

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
    import skimage.data  # both here and not above: scikit-learn's import takes seconds
    from sklearn.datasets import load_sample_image

    if name in ("china", "flower"):
        pixels = load_sample_image(f"{name}.jpg")
    elif name.startswith("motorcycle-"):
        pixels = skimage.data.stereo_motorcycle()[("motorcycle-left", "motorcycle-right").index(name)]
    else:
        pixels = getattr(skimage.data, name)()
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())
