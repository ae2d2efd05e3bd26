"""What stands beside restoring networks: the degraded picture as it is, and non-local means, which learns nothing."""

import torch
from torch import Tensor

from hfsr.data.degradation import NOISE
from hfsr.errors import UserError

INPUT, NLM = "input", "nlm"
METHODS = (INPUT, NLM)
# Deviation in grey levels that non-local means is told; of JPEG its root mean square on the embedded training photographs.
SIGMA = NOISE | {"jpeg10": 14, "jpeg20": 11, "jpeg40": 9}


def restored(method: str, picture: Tensor, degrade: str) -> Tensor:
    """A degraded picture as a classical method gives it back.

    Parameters
    ----------
    method : {"input", "nlm"}
        Nothing is done; or scikit-image's non-local means, patches of 5x5 pixels looked for within 6 pixels, its strength
        0.6 of the noise's deviation as its documentation advises.
    picture : Tensor, (C, H, W), uint8
    degrade : str
        What was done to it, see `hfsr.data.degradation.degraded`.

    Returns
    -------
    Tensor
        uint8, (C, H, W).

    Raises
    ------
    UserError
        If the picture was made smaller.

    Examples
    --------
    >>> from hfsr.data.degradation import degraded
    >>> noisy = degraded(torch.full((1, 32, 32), 128, dtype=torch.uint8), "noise25", "flat")
    >>> noisy.double().std() > 3 * restored("nlm", noisy, "noise25").double().std()
    tensor(True)
    """
    if degrade not in SIGMA:
        raise UserError(f"{method} keeps a picture's size: choose a degradation that does, {', '.join(SIGMA)}")
    if method == INPUT:
        return picture
    from skimage.restoration import denoise_nl_means  # here and not above: its import takes a second

    sigma = SIGMA[degrade] / 255
    pixels = picture.permute(1, 2, 0).numpy() / 255
    smooth = denoise_nl_means(
        pixels, patch_size=5, patch_distance=6, h=0.6 * sigma, sigma=sigma, fast_mode=True, channel_axis=-1
    )
    levels = (smooth.reshape(pixels.shape) * 255).round().clip(0, 255)  # a grey picture comes back without its channel
    return torch.from_numpy(levels.astype("uint8")).permute(2, 0, 1).contiguous()
