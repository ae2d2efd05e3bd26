"""Networks that recognise what is in a picture: the paper's ResNet-164, and a compact one that trains in minutes."""

from hfsr.classifiers.compact import Compact
from hfsr.classifiers.resnet import ResNet

__all__ = ["Compact", "ResNet"]
