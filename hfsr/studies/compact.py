"""What tells a training of the compact classifier from one of the ResNet: patches that are whitened, and its optimiser."""

import torch
from torch import Tensor, nn

from hfsr.classifiers import Compact
from hfsr.errors import UserError
from hfsr.studies.recipe import CompactRecipe
from hfsr.training.augment import whiten

FITTED = 5000  # training images that the directions of patches are taken from


def fit(model: nn.Module, images: Tensor) -> None:
    """Take the directions of a compact classifier's patches from training images.

    Parameters
    ----------
    model : Module
        A `hfsr.classifiers.Compact`; stays where it is.
    images : Tensor, (N, 3, H, W), uint8
        The first `FITTED` are used.

    Raises
    ------
    UserError
        For another network.

    Examples
    --------
    >>> model = Compact((4, 8))
    >>> before = model.whitening.directions.clone()
    >>> fit(model, torch.randint(256, (9, 3, 8, 8), dtype=torch.uint8))
    >>> torch.equal(before, model.whitening.directions)
    False
    """
    if not isinstance(model, Compact):
        raise UserError(f"{type(model).__name__} has no patches to whiten")
    model.whitening.fit(whiten(images[:FITTED]))


def optimiser(model: nn.Module, recipe: CompactRecipe) -> torch.optim.SGD:
    """Nesterov's SGD in which biases have a higher rate, and all weights shrink by as much an iteration.

    Examples
    --------
    >>> from hfsr.studies import recipes
    >>> groups = optimiser(Compact((4, 8)), recipes.classify("compact")).param_groups
    >>> [(group["factor"], group["weight_decay"] * group["factor"]) for group in groups]
    [(1.0, 0.0013), (32.0, 0.0013)]
    """
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    weights, biases = ([each for each in learnt if (each.ndim == 1) == is_bias] for is_bias in (False, True))
    groups = [
        {"params": group, "factor": factor, "weight_decay": recipe.weight_decay / factor}
        for group, factor in ((weights, 1.0), (biases, recipe.bias_factor))
    ]
    return torch.optim.SGD(groups, lr=1.0, momentum=recipe.momentum, nesterov=True)  # the loop sets the rate
