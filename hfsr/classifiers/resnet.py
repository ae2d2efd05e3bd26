"""Pre-activation ResNet, the paper's classifier (Table II), with the widths of the authors' code.

Table II prints inner widths of 64/128/256, which would make 17.1 million parameters; the ResNet-164 it cites and the
authors' code have a quarter of that inside each block, and global average pooling: 1,703,258 parameters.
"""

from torch import Tensor, nn

from hfsr.errors import UserError

WIDTHS = (64, 128, 256)  # output channels of the three stages


def activation(channels: int) -> nn.Sequential:
    """Batch normalisation and leaky ReLU, with the authors' constants (TensorFlow's decay 0.9 is torch's momentum 0.1).

    Examples
    --------
    >>> [type(layer).__name__ for layer in activation(16)]
    ['BatchNorm2d', 'LeakyReLU']
    """
    return nn.Sequential(nn.BatchNorm2d(channels, eps=1e-3, momentum=0.1), nn.LeakyReLU(0.1, inplace=True))


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions with the activation before each (He et al., 2016, identity mappings).

    Parameters
    ----------
    inputs, outputs : int
        Channels; the inner ones are a quarter of `outputs`.
    stride : int
        Of the first 1x1 convolution.
    first : bool
        The network's very first block: its shortcut starts from the activated input, at later stages from the raw one.

    Examples
    --------
    >>> import torch
    >>> Bottleneck(16, 64, stride=2)(torch.zeros(1, 16, 8, 8)).shape
    torch.Size([1, 64, 4, 4])
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, first: bool = False) -> None:
        super().__init__()
        inner = outputs // 4
        self.first = first
        self.preactivation = activation(inputs)
        self.body = nn.Sequential(
            nn.Conv2d(inputs, inner, 1, stride, bias=False),
            activation(inner),
            nn.Conv2d(inner, inner, 3, padding=1, bias=False),
            activation(inner),
            nn.Conv2d(inner, outputs, 1, bias=False),
        )
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        active = self.preactivation(x)
        return self.shortcut(active if self.first else x) + self.body(active)


class ResNet(nn.Module):
    """Pre-activation ResNet of bottlenecks for small images (Table II).

    Parameters
    ----------
    depth : int
        9n + 2: three stages of n blocks of three convolutions; the paper's is 164.
    classes : int

    Raises
    ------
    UserError
        If the depth is not 9n + 2.

    Examples
    --------
    >>> import torch
    >>> ResNet(depth=11)(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 10])
    """

    def __init__(self, depth: int = 164, classes: int = 10) -> None:
        super().__init__()
        if depth < 11 or depth % 9 != 2:
            raise UserError(f"a ResNet's depth is 9n + 2 (11, 20, 29, ... 164), not {depth}")
        self.settings = {"depth": depth, "classes": classes}
        self.stem = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.stages = nn.Sequential()
        inputs = 16
        for stage, outputs in enumerate(WIDTHS):
            blocks = [Bottleneck(inputs, outputs, stride=2 if stage else 1, first=stage == 0)]
            blocks += [Bottleneck(outputs, outputs) for _ in range(depth // 9 - 1)]
            self.stages.append(nn.Sequential(*blocks))
            inputs = outputs
        self.head = nn.Sequential(activation(inputs), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        """Class scores (logits), (N, classes), of whitened images, (N, 3, H, W) float."""
        return self.head(self.stages(self.stem(images)))
