"""torchvision, also where its compiled half does not fit the installed torch.

The published torchvision wheel is linked to the CUDA build of torch. Beside a CPU build its import stops at two missing
operators that nothing here uses. Declaring them lets everything written in Python work: transforms, data sets, utilities.
A matching pair is imported untouched.

So in this project's environment (the pins of constraints.txt beside a CPU build of torch) a plain ``import torchvision`` fails:
"operator torchvision::nms does not exist". ``from hfsr.data.torchvision import torchvision`` works, and after it the plain one.

The library reads the Python version of CIFAR through it, and needs it for nothing else; whoever wants its data sets or
transforms imports it from here.
"""

import torch

_declared: list[torch.library.Library] = []  # a Library's declarations end with its last reference

try:
    import torchvision
except RuntimeError as error:
    if "torchvision::nms" not in str(error):
        raise
    _library = torch.library.Library("torchvision", "FRAGMENT")
    for _name in ("nms", "qnms"):
        _library.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(_library)
    import torchvision

__all__ = ["torchvision"]
