"""The networks of the paper, and a compact classifier beside them, one a file."""

from torch import nn

from hfsr.models.compact import Compact
from hfsr.models.resnet import ResNet
from hfsr.models.srcnn import SRCNN
from hfsr.models.wdsr import WDSR

__all__ = ["SRCNN", "WDSR", "Compact", "ResNet", "parameters"]


def parameters(model: nn.Module) -> int:
    """Number of trainable parameters.

    Examples
    --------
    >>> parameters(WDSR()), parameters(SRCNN()), parameters(ResNet())
    (597716, 69251, 1703258)
    """
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
