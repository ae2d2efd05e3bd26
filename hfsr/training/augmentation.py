"""How the training images of each labelled set are varied (Section IV.C); `hfsr.training.augment` does it."""

from typing import NamedTuple


class Augmentation(NamedTuple):
    """How training images of a set are varied.

    Parameters
    ----------
    padding : int
        Pixels added on each side before the crop of the image's own size, zeros.
    flip : bool
        Whether half of the crops are mirrored, left to right.
    reflect : bool
        Whether the image is reflected at its border, in place of the zeros.

    Examples
    --------
    >>> AUGMENTATION["cifar10"].settings
    {'padding': 4, 'flip': True}
    """

    padding: int
    flip: bool
    reflect: bool = False

    @property
    def settings(self) -> dict[str, int | bool]:
        """As a record holds it, with what is reflected only: the first records know of zeros alone."""
        return {key: value for key, value in self._asdict().items() if key != "reflect" or value}


AUGMENTATION = {
    "digits": Augmentation(padding=1, flip=False),  # 8x8 pixels; a mirrored digit is no digit
    "cifar10": Augmentation(padding=4, flip=True),
    "cifar100": Augmentation(padding=8, flip=True),
}
