"""Table II, read off the network itself: what each layer is, and how large its output."""

from itertools import groupby

import pandas as pd
import torch
from torch import Tensor, nn

from hfsr.classifiers import ResNet
from hfsr.classifiers.resnet import Bottleneck
from hfsr.models import parameters


def table2(depth: int = 164, sizes: tuple[int, ...] = (32, 64), classes: int = 10) -> pd.DataFrame:
    """The classifier's layers in the order and the terms of Table II.

    Output sizes are measured: an image of each size is sent through the network. As in the paper, shortcuts have no row; the
    parameters of those that have any are counted in their block's.

    Parameters
    ----------
    depth : int
        Of the ResNet, 9n + 2.
    sizes : tuple of int
        Sides of the square images.
    classes : int

    Returns
    -------
    DataFrame
        A row a layer or a kind of block; "first" is the block that halves the image. A column a size, such as "32x32";
        ``details``: kernel, channels and stride of each convolution; ``times`` it comes; ``parameters`` of all of them.

    Raises
    ------
    UserError
        If the depth is not 9n + 2.

    Examples
    --------
    >>> table2(depth=11).loc["Conv 3_x first", ["32x32", "details"]].tolist()
    ['8x8', '1x1, 64, 2; 3x3, 64, 1; 1x1, 256, 1']
    """
    with torch.device("meta"):  # shapes only, nothing is computed
        model = ResNet(depth, classes).eval()
    activation, pool, _, dense = model.head
    parts: dict[str, list[nn.Module]] = {"Conv 0": [model.stem]}
    for number, stage in enumerate(model.stages, 1):
        inside = [block for block in stage.children() if isinstance(block, Bottleneck)]
        for halves, blocks in groupby(inside, key=lambda block: block.body[0].stride != (1, 1)):
            parts[f"Conv {number}_x" + (" first" if halves else "")] = list(blocks)
    parts |= {"Average pool": [activation, pool], "fc": [dense]}

    rows: dict[str, dict[str, str | int]] = {"Input": {"details": "", "times": 1, "parameters": 0}}
    for name, modules in parts.items():
        times = len(modules) if isinstance(modules[0], Bottleneck) else 1
        total = sum(parameters(module) for module in modules)
        rows[name] = {"details": _details(modules[-1]), "times": times, "parameters": total}
    columns = {f"{size}x{size}": _outputs(model, parts, size) for size in sizes}
    return pd.DataFrame(columns).join(pd.DataFrame.from_dict(rows, orient="index")).rename_axis("layer")


def _outputs(model: ResNet, parts: dict[str, list[nn.Module]], size: int) -> dict[str, str]:
    """What each part makes of an image of that size: the last of its modules is asked."""
    outputs = {"Input": f"{size}x{size}"}

    def note(name: str, output: Tensor) -> None:
        outputs[name] = "x".join(str(length) for length in output.shape[2:]) or str(output.shape[1])

    hooks = [
        modules[-1].register_forward_hook(lambda _, __, output, name=name: note(name, output))
        for name, modules in parts.items()
    ]
    model(torch.empty(1, 3, size, size, device="meta"))
    for hook in hooks:
        hook.remove()
    return outputs


def _details(module: nn.Module) -> str:
    """Kernel, channels and stride of a layer's convolutions, as Table II writes them."""
    if isinstance(module, nn.AdaptiveAvgPool2d):
        return "global"
    if isinstance(module, nn.Linear):
        return f"{module.out_features}-d"
    layers = module.body if isinstance(module, Bottleneck) else [module]
    vectors = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    return "; ".join(
        f"{'x'.join(map(str, layer.kernel_size))}, {layer.out_channels}, {layer.stride[0]}" for layer in vectors
    )
