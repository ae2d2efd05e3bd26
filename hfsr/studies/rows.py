"""What a study's tables consist of: the rows of Table I, the cells of Table III, and the controls beside them."""

from dataclasses import dataclass
from functools import cached_property
from typing import get_args

from hfsr.analysis import classical
from hfsr.errors import UserError
from hfsr.losses import Reduction
from hfsr.training.selection import CONTROLS, MASKS, Mask
from hfsr.weightmap import Alpha, alpha_label, parse_alpha

UNTRAINED = ("bicubic", *classical.METHODS)
METHODS = ("wdsr", "srcnn", *UNTRAINED)


@dataclass(frozen=True)
class Row:
    """One row of Table I, or a control beside it.

    Parameters
    ----------
    method : {"wdsr", "srcnn", "bicubic", "input", "nlm"}
        The last three have nothing to train, see `hfsr.analysis.classical.restored`.
    alpha : float, int or str
        Eq 7's alpha; 0 trains on every element. Kept as a float.
    mask : {"all", "high", "random", "low", "uniform", "weighted"}, optional
        Which elements count, see `hfsr.training.selection.batch_mask`; by default "all" for alpha = 0, else "high".
    reduction : {"batch", "image"}
        How the loss is averaged, see `hfsr.masked_l1`.
    steps : int, optional
        Iterations, where not the recipe's.
    seeds : tuple of int, optional
        Where not the recipe's.
    outside : float
        Weight in the loss of what the mask leaves out, see `hfsr.masked_l1`.

    Raises
    ------
    UserError
        For a method, mask or reduction that is not known, or settings that do not go together.

    Examples
    --------
    >>> row = Row("wdsr", "1/5", mask="random")
    >>> row.alpha, row.name, row.label
    (0.2, 'wdsr-a1-5-random', '1/5, random')
    """

    method: str
    alpha: Alpha = 0.0
    mask: Mask = None  # type: ignore[assignment]  # the usual
    reduction: Reduction = "batch"
    steps: int | None = None
    seeds: tuple[int, ...] | None = None
    outside: float = 0.0

    def __post_init__(self) -> None:
        alpha = parse_alpha(self.alpha)
        mask = self.mask or ("high" if alpha else "all")
        if self.method not in METHODS:
            raise UserError(f"method {self.method!r} is not known: choose one of {', '.join(METHODS)}")
        if mask not in MASKS:
            raise UserError(f"mask {mask!r} is not known: choose one of {', '.join(MASKS)}")
        if (mask == "all") != (alpha == 0):
            raise UserError(
                f'mask "{mask}" does not go with alpha = {alpha:g}: "all" is alpha = 0, the others need alpha > 0'
            )
        if self.reduction not in get_args(Reduction):
            raise UserError(f"reduction {self.reduction!r} is not known: choose batch or image")
        if mask == "weighted" and self.reduction == "image":
            raise UserError('mask "weighted" weighs the crops of a batch against each other: choose reduction batch')
        if self.method in UNTRAINED and alpha:
            raise UserError(f"{self.method} has nothing to train, so it takes no alpha")
        if not 0 <= self.outside <= 1:
            raise UserError(f"outside is a weight in [0, 1], not {self.outside:g}")
        if self.outside and mask in ("all", "weighted"):
            raise UserError(f'mask "{mask}" leaves nothing out that could have a weight: outside does not go with it')
        object.__setattr__(self, "alpha", alpha)
        object.__setattr__(self, "mask", mask)

    @property
    def is_control(self) -> bool:
        """Whether other elements count than those that Eq 7 selects."""
        return self.mask in CONTROLS

    @property
    def is_compared(self) -> bool:
        """Whether it is there for comparison alone: a control, or the loss as printed. Its networks are no one's choice."""
        return self.is_control or self.reduction == "image"

    @cached_property
    def name(self) -> str:
        """What its runs, models and records are called after."""
        parts = [self.method]
        if self.method == "wdsr" or self.alpha:
            parts.append("a" + alpha_label(self.alpha).replace("/", "-"))
        if self.is_control:
            parts.append(str(self.mask))
        if self.reduction == "image":
            parts.append("image")
        if self.outside:
            parts.append(f"outside{self.outside:g}")
        return "-".join(parts)

    @property
    def label(self) -> str:
        """What it is called in a table, as in the paper's Table I where that has the row."""
        if self.method != "wdsr" or not self.alpha:
            return LABELS[self.method]
        control = f", {'complement' if self.mask == 'low' else self.mask}" if self.is_control else ""
        soft = f", {self.outside:g} outside" if self.outside else ""
        return alpha_label(self.alpha) + control + (", per image" if self.reduction == "image" else "") + soft


@dataclass(frozen=True)
class Cell:
    """One cell of Table III.

    Parameters
    ----------
    dataset : str
        A name for `hfsr.data.labelled.load`.
    method : str
        What makes the images larger: "original" (nothing does), "bicubic", or the name of a row of Table I, whose network
        in the recipe's `networks` does; or a control without a network, see `hfsr.studies.upscaler`.
    seeds : tuple of int, optional
        Where not the recipe's.

    Examples
    --------
    >>> Cell("cifar10", "wdsr-a1-5") in TABLE_3, Cell("digits", "wdsr-a1-5") in TABLE_3
    (True, False)
    """

    dataset: str
    method: str
    seeds: tuple[int, ...] | None = None


LABELS = {
    "bicubic": "Bicubic",
    "srcnn": "SRCNN",
    "wdsr": "WDSR",
    "input": "Not restored",
    "nlm": "Non-local means",
}

SRCNN = Row("srcnn")
ALPHAS = ("1/7", "1/6", "1/5", "1/4", "1/3")  # the paper's
TABLE_1 = (Row("bicubic"), SRCNN, Row("wdsr"), *(Row("wdsr", alpha) for alpha in ALPHAS))
BESIDE = (
    Row("wdsr", "1/5", reduction="image"),
    Row("wdsr", "1/5", mask="random"),
    Row("wdsr", "1/5", mask="low"),
    Row("wdsr", "1/5", mask="uniform"),
    Row("wdsr", "1/5", mask="weighted"),
)  # controls, and the loss as printed
SOFT = Row("wdsr", "1/5", outside=0.1)  # beyond the paper: the others count a tenth
RESTORED = (
    Row("input"),
    Row("nlm"),
    Row("wdsr"),
    Row("wdsr", "1/5"),
    Row("wdsr", "1/5", mask="random"),
    Row("wdsr", "1/5", mask="uniform"),
    Row("wdsr", "1/5", mask="low"),
    SOFT,
)  # of the study that undoes noise and JPEG

COMPARED = ("public", "lossless")  # recipes whose networks are for comparison: no model is named after them
# Of which the weights of every seed are published, of `bench`: whoever measures them needs to train nothing.
SHARED = ("wdsr-a0", "wdsr-a1-5", "wdsr-a1-5-random")

UPSCALERS = ("original", *(row.name for row in TABLE_1))
TABLE_3 = tuple(Cell(dataset, method) for dataset in ("cifar10", "cifar100") for method in UPSCALERS)
CLAIMED = ("original", "bicubic", "wdsr-a0", "wdsr-a1-5")  # whose differences the paper's claims are about
# Beside Table III: no network, and the networks of other masks and of the loss as printed.
SHARPENED = ("sharpened", "original-sharpened")
CONTROLS_3 = (
    *(Cell("cifar10", f"wdsr-a1-5{end}") for end in ("-image", "-random", "-low")),
    *(Cell("cifar10", method) for method in ("nearest", *SHARPENED)),
    *(Cell("cifar100", method) for method in (*SHARPENED, "wdsr-a1-5-random")),
)
