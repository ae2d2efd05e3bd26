"""The networks that upscale, one a file, and networks as files; those that classify are `hfsr.classifiers`."""

from torch import nn

from hfsr.models.srcnn import SRCNN
from hfsr.models.wdsr import WDSR

__all__ = ["SRCNN", "WDSR", "parameters"]


def parameters(model: nn.Module) -> int:
    """Number of trainable parameters.

    Examples
    --------
    >>> parameters(WDSR()), parameters(SRCNN())
    (597716, 69251)
    """
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
