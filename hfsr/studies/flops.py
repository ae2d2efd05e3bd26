"""What a run computes, holds and leaves, counted on the networks themselves before it is started."""

from dataclasses import dataclass
from functools import cache

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from hfsr import models
from hfsr.classifiers import ResNet
from hfsr.data import degradation, labelled
from hfsr.data.cifar import LAYOUTS
from hfsr.models import SRCNN, WDSR
from hfsr.studies import depth
from hfsr.studies.recipe import ClassifyRecipe, SuperresRecipe
from hfsr.studies.rows import UNTRAINED

# What the sets hold, for what is planned without them: DIV2K's pictures have 2,040 pixels on their longer side.
DIV2K_PIXELS = {"div2k-train": 800 * 2040 * 1356, "div2k-valid": 100 * 2040 * 1356}
OTHER_PIXELS = 120_000_000  # of all other photographs together, rounded up
LABELLED = {"digits": (1797, 8)} | dict.fromkeys(LAYOUTS, (60_000, 32))  # images and their side
TRAINED_ON = {"digits": 1437} | {name: sum(count for count, _ in each.train.values()) for name, each in LAYOUTS.items()}


@dataclass(frozen=True)
class Work:
    """What a run computes, holds and leaves.

    Parameters
    ----------
    training : float
        Floating-point operations of training, or of upscaling a set; of a measurement the pixels measured.
    measuring : float
        Operations of measuring a network, on the way and in the end, as far as that takes long.
    held : float
        Bytes of data in memory.
    disk : float
        Bytes that it leaves: checkpoint and weights, or the upscaled set.
    network : bool
        Whether a network computes, so that a GPU helps.
    of_pixels : bool
        Whether `training` counts pixels.

    Examples
    --------
    >>> bicubic = upscaling("digits", "bicubic", 0)
    >>> bicubic.network, bicubic.disk  # 1,797 images of 16 x 16 pixels
    (False, 1380096)
    """

    training: float
    measuring: float
    held: float
    disk: float
    network: bool
    of_pixels: bool = False


@cache
def superres(method: str, recipe: SuperresRecipe, steps: int) -> Work:
    """Work of a run of Table I.

    Examples
    --------
    >>> from hfsr.studies import recipes
    >>> paper = recipes.superres("paper")
    >>> superres("wdsr", paper, 300_000).training / superres("wdsr", paper, 3000).training
    100.0
    """
    if method in UNTRAINED:
        return Work(0.0, 0.0, photographs(recipe.evaluation), 0.0, network=False)
    scale = degradation.scale(recipe.degrade)
    measured = sum(DIV2K_PIXELS.get(name, 0) for name in (*recipe.evaluation, *[recipe.watch] * recipe.checks))
    return Work(
        training=steps * recipe.batch * _update(method, recipe.blocks, recipe.crop, scale),
        measuring=measured / scale**2 * _forward(method, recipe.blocks, 1, scale) if measured else 0.0,
        held=photographs((*recipe.evaluation, recipe.data, recipe.watch)),
        disk=parameters(method, recipe.blocks, scale) * (4 * 3 + 2),  # Adam keeps two moments
        network=True,
    )


def measurement(sets: tuple[str, ...], network: bool) -> Work:
    """Work of measuring the detail that a method gives sets of photographs.

    Examples
    --------
    >>> measurement(("div2k-valid",), network=True).training == pixels("div2k-valid")
    True
    """
    return Work(float(sum(map(pixels, sets))), 0.0, photographs(sets), 0.0, network, of_pixels=True)


def upscaling(dataset: str, kind: str, size: int) -> Work:
    """Work of upscaling a labelled set x2 by a network of a kind and size, or by what is no network, of size 0.

    Examples
    --------
    >>> upscaling("cifar10", "wdsr", 16).training / upscaling("cifar10", "wdsr", 8).training < 2
    True
    """
    images, side = LABELLED[dataset]
    training = images * _forward(kind, size, side) if size or kind == "srcnn" else 0.0
    return Work(training, 0.0, _labelled(dataset), images * 3 * (2 * side) ** 2, training > 0)


@cache
def classify(dataset: str, recipe: ClassifyRecipe, steps: int, factor: int) -> Work:
    """Work of training a classifier on a set whose images are `factor` times as long a side.

    Examples
    --------
    >>> from hfsr.studies import recipes
    >>> small, large = (classify("cifar10", recipes.classify("bench"), 500, factor) for factor in (1, 2))
    >>> round(large.training / small.training)  # four times the pixels
    4
    """
    operations, learnt = _classifier(recipe, factor, factor * LABELLED[labelled.whole(dataset)][1])
    training, disk = steps * recipe.batch * operations, learnt * (4 * 2 + 2)
    return Work(training, measuring=0.0, held=_labelled(dataset), disk=disk, network=True)


@cache
def recognition(sets: tuple[str, ...], kind: str, size: int, judges: ClassifyRecipe, count: int) -> Work:
    """Work of upscaling the halved images of labelled sets and having so many classifiers judge them.

    Examples
    --------
    >>> from hfsr.studies import recipes
    >>> one, two = (recognition(("digits",), "bicubic", 0, recipes.classify("compact-quick"), count) for count in (1, 2))
    >>> two.training / one.training
    2.0
    """
    with torch.device("meta"):
        judge, each = judges.network(factor=1), 0.0
    for images, side in map(LABELLED.__getitem__, sets):
        upscaled = _forward(kind, size, side // 2) if kind in ("wdsr", "srcnn") else 0.0
        each += images * (upscaled + count * _once(judge, side))
    return Work(each, 0.0, sum(map(_labelled, sets)), 0.0, network=True)


@cache
def pixels(name: str) -> int:
    """Pixels of the photographs called so, or more: of sets other than DIV2K as many as all of them have together.

    Examples
    --------
    >>> pixels("div2k-valid"), pixels("set5")
    (276624000, 120000000)
    """
    return sum(DIV2K_PIXELS.get(part, 0) for part in name.split("+")) or OTHER_PIXELS


def built(kind: str, size: int, scale: int = 2) -> nn.Module:
    """A network by its kind and its size: WDSR-A's residual blocks, the ResNet's depth; and by how much it upscales.

    Examples
    --------
    >>> type(built("wdsr", 8)).__name__, type(built("resnet", 11)).__name__
    ('WDSR', 'ResNet')
    """
    if kind == "resnet":
        return ResNet(size)
    return WDSR(blocks=size, scale=scale) if kind == "wdsr" else SRCNN(scale)


@cache
def parameters(kind: str, size: int, scale: int = 2) -> int:
    """Numbers that a network learns.

    Examples
    --------
    >>> parameters("wdsr", 8)
    597716
    """
    with torch.device("meta"):
        return models.parameters(built(kind, size, scale))


@cache
def _classifier(recipe: ClassifyRecipe, factor: int, side: int) -> tuple[float, ...]:
    """`_operations` of a recipe's classifier, and its parameters: the same on sets of equal size, so counted once."""

    def counted(recipe: ClassifyRecipe) -> tuple[float, int]:
        network = recipe.network(factor)  # of batch normalisation meta tensors take longer than numbers
        return _operations(network, side), models.parameters(network)

    return depth.counted(recipe, counted)


@cache
def _forward(kind: str, size: int, side: int, scale: int = 2) -> float:
    """`_once` of a network by its kind and size."""
    with torch.device("meta"):
        return _once(built(kind, size, scale), side)


def _once(network: nn.Module, side: int) -> float:
    """Operations of sending one square image through a network."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, 3, side, side))
    return float(counter.get_total_flops())


@cache
def _update(kind: str, size: int, side: int, scale: int = 2) -> float:
    """`_operations` of a network by its kind and size."""
    with torch.device("meta"):  # which counts without computing
        return _operations(built(kind, size, scale), side)


def _operations(network: nn.Module, side: int) -> float:
    """Operations of an iteration for one image: forward and backward."""
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, side, side, device=next(network.parameters()).device)).sum().backward()
    return float(counter.get_total_flops())


def photographs(names: tuple[str, ...], degrade: str = degradation.BICUBIC) -> float:
    """Bytes of sets of photographs, or more: uint8, and what is made of them.

    That is a quarter more at low resolution, as much again of JPEG, and nothing of noise, which is drawn for each crop.

    Examples
    --------
    >>> [photographs(("bsd100",), degrade) / pixels("bsd100") for degrade in ("bicubic", "jpeg10", "noise25")]
    [3.75, 6.0, 3.0]
    """
    made = 0.25 if degrade == degradation.BICUBIC else float(degrade not in degradation.NOISE)
    return sum(map(pixels, names)) * 3 * (1 + made)


def training_images(dataset: str, subset: int | None = None) -> int:
    """Images that a classifier trains on: of the set, of one half of its images, or of a part.

    Examples
    --------
    >>> training_images("cifar10"), training_images("cifar10-even"), training_images("cifar10", subset=20_000)
    (50000, 30000, 20000)
    """
    whole = labelled.whole(dataset)
    if dataset != whole:
        return LABELLED[whole][0] // 2
    return subset or TRAINED_ON[whole]


def _labelled(dataset: str) -> float:
    images, side = LABELLED[labelled.whole(dataset)]
    return float(images * 3 * side**2 * 5)
