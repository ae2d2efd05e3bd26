"""What a study's tables consist of: the rows of Table I, the cells of Table III, and the controls beside them."""

from dataclasses import dataclass
from typing import Literal

from hfsr.losses import Reduction


@dataclass(frozen=True)
class Row:
    """One row of Table I, or a control beside it.

    Parameters
    ----------
    method : {"bicubic", "srcnn", "wdsr"}
    alpha : str
        Eq 7's alpha; "0" trains on every element.
    mask : {"random", "low"}, optional
        A control in place of Eq 7's selection, see `hfsr.training.crops.batch_mask`.
    reduction : {"batch", "image"}
        How the loss is averaged, see `hfsr.masked_l1`.
    steps : int, optional
        Updates, where not the recipe's.
    """

    method: str
    alpha: str = "0"
    mask: Literal["random", "low"] | None = None
    reduction: Reduction = "batch"
    steps: int | None = None


@dataclass(frozen=True)
class Cell:
    """One cell of Table III.

    Parameters
    ----------
    dataset : str
        A name for `hfsr.data.labelled.load`.
    method : str
        What enlarges the images: "original" (nothing does), "bicubic", a published model.
    """

    dataset: str
    method: str


SRCNN = Row("srcnn")
TABLE_1 = (
    Row("bicubic"),
    SRCNN,
    Row("wdsr"),
    Row("wdsr", "1/7"),
    Row("wdsr", "1/6"),
    Row("wdsr", "1/5"),
    Row("wdsr", "1/4"),
    Row("wdsr", "1/3"),
)
CONTROLS = (
    Row("wdsr", "1/5", reduction="image"),
    Row("wdsr", "1/5", mask="random"),
    Row("wdsr", "1/5", mask="low"),
)

ENLARGERS = ("original", "bicubic", "srcnn", "wdsr-a0", "wdsr-a1-7", "wdsr-a1-6", "wdsr-a1-5", "wdsr-a1-4", "wdsr-a1-3")
TABLE_3 = tuple(Cell(dataset, method) for dataset in ("cifar10", "cifar100") for method in ENLARGERS)
CLAIMED = ("original", "bicubic", "wdsr-a0", "wdsr-a1-5")  # whose differences the paper's claims are about
