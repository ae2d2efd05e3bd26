"""Pictures of no thing, for tests; by a module, as several folders here have a conftest of their own."""

import torch
from torch import Tensor

from hfsr import images


def smooth_noise(height: int, width: int, seed: int) -> Tensor:
    small = torch.randint(
        0, 256, (3, height // 4 + 1, width // 4 + 1), dtype=torch.uint8, generator=torch.manual_seed(seed)
    )
    return images.resize_bicubic(small, 4)[:, :height, :width]
