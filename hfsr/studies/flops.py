"""What jobs compute and hold, counted on the networks themselves: operations, bytes kept for gradients, pixels, images."""

from functools import cache

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from hfsr import models
from hfsr.data.cifar import LAYOUTS
from hfsr.models import SRCNN, WDSR, ResNet
from hfsr.studies import recipes, superres_runs, upscalers
from hfsr.studies.study import Settings

# What the sets hold, for what is planned without them: DIV2K's pictures have 2,040 pixels on their longer side.
DIV2K_PIXELS = {"div2k-train": 800 * 2040 * 1356, "div2k-valid": 100 * 2040 * 1356}
OTHER_PIXELS = 120_000_000  # of all other photographs together, rounded up
LABELLED = {"digits": (1797, 8)} | dict.fromkeys(LAYOUTS, (60_000, 32))  # images and their side


def operations(made: Settings) -> float:
    """Floating-point operations of a run's training or enlarging, from its settings; of a measurement the pixels measured.

    Examples
    --------
    >>> one = operations(superres_runs.settings(recipe="paper"))
    >>> one / operations(superres_runs.settings(recipe="paper", steps=3000))
    100.0
    """
    if made["study"] == "frequency":
        return sum(pixels(name) for name in recipes.superres(made["recipe"]).evaluation)
    if made["study"] == "enlarged":
        images, side = LABELLED[made["data"]]
        return 0.0 if made["method"] in upscalers.PLAIN else images * _enlarging(made["method"], side)
    if made["study"] == "superres":
        plan = recipes.superres(made["recipe"])
        return made["steps"] * plan.batch * _update(made["method"], plan.blocks, plan.crop)
    reader, (_, side) = recipes.classify(made["recipe"]), LABELLED[made["data"]]
    side = side if made["method"] == "original" else 2 * side
    return made["steps"] * reader.batch * _update("resnet", made["depth"], side)


def measuring(made: Settings) -> float:
    """Operations of measuring a network, on the way and in the end, as far as that takes long: on DIV2K's photographs."""
    if made["study"] != "superres" or made["method"] == "bicubic":
        return 0.0
    plan = recipes.superres(made["recipe"])
    measured = sum(DIV2K_PIXELS.get(name, 0) for name in (*plan.evaluation, *[plan.watch] * plan.checks))
    return measured / 2**2 * _forward(built(made["method"], plan.blocks), 1) if measured else 0.0


@cache
def pixels(name: str) -> int:
    """Pixels of the photographs called so, or more: of sets other than DIV2K as many as all of them have together."""
    return sum(DIV2K_PIXELS.get(part, 0) for part in name.split("+")) or OTHER_PIXELS


def network(name: str) -> nn.Module:
    """The network that enlarges, with weights or without: one of a recipe is counted before it is trained."""
    made = superres_runs.maker(name)
    return built(made["method"], recipes.superres(made["recipe"]).blocks) if made else upscalers.load(name)


def built(kind: str, size: int) -> nn.Module:
    """A network by its kind and its size: WDSR-A's residual blocks, the ResNet's depth."""
    if kind == "resnet":
        return ResNet(size)
    return WDSR(blocks=size) if kind == "wdsr" else SRCNN()


@cache
def _update(kind: str, size: int, side: int) -> float:
    """Operations of an update for one image: forward and backward."""
    if kind == "bicubic":
        return 0.0
    where = "meta" if kind == "resnet" else "cpu"  # the former counts without computing, but knows no autocast
    with torch.device(where), FlopCounterMode(display=False) as counter:
        built(kind, size)(torch.zeros(1, 3, side, side)).sum().backward()
    return float(counter.get_total_flops())


@cache
def parameters(kind: str, size: int) -> int:
    """Numbers that a network learns."""
    with torch.device("meta"):
        return models.parameters(built(kind, size))


@cache
def kept_for_gradients(kind: str, size: int, side: int) -> float:
    """Bytes that an update keeps of one image until its gradients are there, in float32."""
    model, kept = built(kind, size), {}
    weights = {parameter.data_ptr() for parameter in model.parameters()}  # kept once, however many images

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.data_ptr()] = tensor.nbytes
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        outputs = model(torch.zeros(1, 3, side, side))
    return float(sum(kept[place] for place in kept.keys() - weights) + outputs.nbytes)


@cache
def _enlarging(name: str, side: int) -> float:
    """Operations of enlarging one image."""
    return _forward(network(name), side)


def _forward(model: nn.Module, side: int) -> float:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, side, side))
    return float(counter.get_total_flops())
