"""CIFAR-10 and CIFAR-100 in their official Python versions, by torchvision's data sets (Section IV.C).

These files are pickles, and an altered pickle may run anything when it is loaded. So none is loaded whose MD5 is not the
official one: torchvision's constructor calls ``_check_integrity``, on the files of both parts, each time before it unpickles,
and checks the file of class names likewise. A test holds it to that, with a pickle that leaves a trace where it is loaded.
"""

from pathlib import Path

import torch
from torch import Tensor

from hfsr.errors import UserError


def read(name: str, folder: Path) -> tuple[tuple[str, ...], Tensor, Tensor, Tensor, Tensor]:
    """Read "cifar10" or "cifar100" from the folder of its Python version; what `hfsr.data.cifar.read` makes of the binary one.

    Returns
    -------
    classes : tuple of str
    train_images, train_labels, test_images, test_labels : Tensor
        Images uint8 (N, 3, 32, 32), RGB; labels int64 (N,).

    Raises
    ------
    UserError
        If a file is missing or not the official one.

    Examples
    --------
    >>> read("cifar10", Path("nowhere/cifar-10-batches-py"))
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: nowhere/cifar-10-batches-py: a file is missing, or not the official one; move the folder away ...
    """
    from hfsr.data.torchvision import torchvision  # here and not above: its import takes a second

    kind = {"cifar10": torchvision.datasets.CIFAR10, "cifar100": torchvision.datasets.CIFAR100}[name]
    try:
        train, test = (kind(folder.parent, train=part) for part in (True, False))
    except RuntimeError as error:
        raise UserError(
            f"{folder}: a file is missing, or not the official one; move the folder away and run `hfsr data fetch {name}`"
        ) from error
    parts = [part for each in (train, test) for part in (_images(each.data), torch.tensor(each.targets))]
    return tuple(train.classes), parts[0], parts[1], parts[2], parts[3]


def _images(rows: object) -> Tensor:
    """(N, 3, H, W), of torchvision's array (N, H, W, 3)."""
    return torch.as_tensor(rows).permute(0, 3, 1, 2).contiguous()
