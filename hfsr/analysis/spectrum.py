"""How much of an image lies at which frequency (Section V): bytes as PNG, spectrum, radial profile.

Spectra are those of luma (BT.601, `hfsr.metrics.luma`): one a picture. A frequency is in cycles per pixel: 0.5 is one pixel
light, one dark. What a picture upscaled twofold has beyond 0.25 (0.35 along diagonals) was not in the small one.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import torch
from torch import Tensor

from hfsr.errors import UserError
from hfsr.metrics import luma

SMALLEST = 8  # pixels a side: below that there are no frequencies to tell apart
ENCODERS = {  # OpenCV's settings; the first are its default
    "default": (),
    "strongest": (
        *(cv2.IMWRITE_PNG_COMPRESSION, 9),
        *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_ALL_FILTERS),
        *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_FILTERED),
    ),
}
PNG_METRICS = {"default": "png_bytes", "strongest": "png_bytes_strongest"}  # what records call the sizes


def png_bytes(image: Tensor, encoder: str = "default") -> int:
    """Size as a PNG file written by OpenCV, the paper's measure of detail (Table IV).

    PNG stores each pixel as a difference to its neighbours and compresses those without loss.

    Parameters
    ----------
    image : Tensor, (3, H, W) RGB or (1, H, W) grey, uint8
        Of any size; grey is written as a grey file.
    encoder : {"default", "strongest"}
        OpenCV's default settings, as in the paper (one filter, runs of equal bytes); or the best of five filters for each
        line, and the strongest compression.

    Returns
    -------
    int
        Bytes. They belong to the encoder as much as to the image: name ``cv2.__version__`` with them.

    Raises
    ------
    UserError
        If the image has another shape or dtype.

    Examples
    --------
    >>> flat = torch.zeros(3, 64, 64, dtype=torch.uint8)
    >>> noise = torch.randint(256, (3, 64, 64), dtype=torch.uint8)
    >>> png_bytes(flat) < 300 < 3 * 64 * 64 < png_bytes(noise)
    True
    """
    if image.dtype != torch.uint8 or image.ndim != 3 or image.shape[0] not in (1, 3) or image.numel() == 0:
        raise UserError(f"a PNG is made of uint8 pixels (3, H, W) or (1, H, W), not {image.dtype} {tuple(image.shape)}")
    blue_first = image.flip(0).permute(1, 2, 0).contiguous()  # OpenCV's channel order; the file itself is RGB
    _, file = cv2.imencode(".png", blue_first.cpu().numpy(), ENCODERS[encoder])
    return int(file.size)


def png_total(images: Tensor, encoder: str = "default") -> int:
    """Bytes of a set of small images, each a PNG file of its own; all cores work on it.

    Parameters
    ----------
    images : Tensor, (N, 3, H, W), uint8
    encoder : {"default", "strongest"}
        As for `png_bytes`.

    Examples
    --------
    >>> flat = torch.zeros(2, 3, 8, 8, dtype=torch.uint8)
    >>> png_total(flat) == 2 * png_bytes(flat[0])
    True
    """
    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        return sum(pool.map(lambda image: png_bytes(image, encoder), images))


def spectrum(image: Tensor, centred: bool = False) -> Tensor:
    """Spectrogram: the logarithm of the Fourier transform's magnitude (Section V.B, Fig 4).

    Parameters
    ----------
    image : Tensor, (3, H, W) uint8, or (1, H, W) of any real dtype
        Colour is reduced to luma; a single channel is taken as it is. Not windowed, so the jump from one border of the
        picture to the opposite one shows as a cross, as in the paper.
    centred : bool
        False: frequency zero in the corner, as the paper draws it, the highest frequencies in the middle. True: the other
        way round.

    Returns
    -------
    Tensor
        float64, (H, W): ``log10(1 + |F|)``, where F is the unnormalised transform of the grey levels.

    Raises
    ------
    UserError
        If a side has fewer than 8 pixels, or the image another shape or dtype.

    Examples
    --------
    >>> spectrum(torch.full((1, 10, 10), 9.99)).amax().round(decimals=3)
    tensor(3., dtype=torch.float64)
    """
    magnitude = torch.log10(1 + torch.fft.fft2(plane(image)).abs())
    return torch.fft.fftshift(magnitude) if centred else magnitude


def radial_profile(image: Tensor, rings: int | None = None) -> tuple[Tensor, Tensor]:
    """Mean power at each frequency, over all directions (Section V.B in one curve).

    The rings are centred on the multiples of their width up to 0.5. Frequency zero, and the diagonal ones above the last
    ring, are left out. The mean is subtracted and a Hann window applied first: the jump between opposite borders reaches into
    all frequencies, and in an upscaled picture outweighs the highest.

    Parameters
    ----------
    image : Tensor
        As for `spectrum`.
    rings : int, optional
        K, so that images of all sizes have the same rings; by default one step of the shorter side wide, ``1 / min(H, W)``.

    Returns
    -------
    frequency : Tensor, (K,), float64
        Cycles per pixel, in (0, 0.5].
    power : Tensor, (K,), float64
        Grey levels squared, so scaled that white noise of variance v has power v at every frequency.

    Raises
    ------
    UserError
        As for `spectrum`, and if the image has no frequencies for so many rings.

    Examples
    --------
    >>> stripes = torch.arange(64).cos().expand(1, 64, 64)  # a period of 2 pi pixels
    >>> frequency, power = radial_profile(stripes)
    >>> frequency[power.argmax()].item()
    0.15625
    """
    transform, gain = windowed(plane(image))
    power = transform.abs().square() / gain
    frequency, (total, size) = ring_sums([power, torch.ones_like(power)], rings)
    return frequency, total / size


def plane(image: Tensor) -> Tensor:
    """Luma of a colour image, or the one channel there is: float64, (H, W); a `UserError` for what has no spectrum.

    Examples
    --------
    >>> plane(torch.full((3, 8, 8), 255, dtype=torch.uint8))[0, 0].item()
    235.0
    """
    if image.ndim != 3 or image.shape[0] not in (1, 3) or (image.shape[0] == 3 and image.dtype != torch.uint8):
        raise UserError(
            f"a spectrum is that of an image (3, H, W) uint8 or (1, H, W), not {image.dtype} {tuple(image.shape)}"
        )
    height, width = image.shape[-2:]
    if min(height, width) < SMALLEST:
        raise UserError(f"a spectrum needs {SMALLEST} x {SMALLEST} pixels at least, this image has {height} x {width}")
    return luma(image)[0]


def windowed(values: Tensor) -> tuple[Tensor, Tensor]:
    """Fourier transform of a plane without its mean, under a Hann window, and the window's gain in power.

    Examples
    --------
    >>> transform, gain = windowed(torch.full((8, 8), 7.0, dtype=torch.float64))
    >>> transform.abs().max().item()  # a flat plane has its mean alone, which is taken off
    0.0
    """
    rows, columns = (torch.hann_window(size, dtype=torch.float64, device=values.device) for size in values.shape)
    window = rows[:, None] * columns
    return torch.fft.fft2((values - values.mean()) * window), window.square().sum()


def ring_sums(values: Sequence[Tensor], rings: int | None) -> tuple[Tensor, list[Tensor]]:
    """Frequencies of the rings, (K,), and each transform's sums over them; parameters and errors as for `radial_profile`.

    Examples
    --------
    >>> frequency, (sizes,) = ring_sums([torch.ones(8, 8)], rings=2)
    >>> frequency.tolist(), sizes.tolist()  # how many frequencies each ring holds
    ([0.25, 0.5], [20.0, 38.0])
    """
    height, width = values[0].shape
    shorter = min(height, width)
    if rings is not None and not 1 <= rings <= shorter // 2:
        raise UserError(f"an image of {height} x {width} pixels has 1 to {shorter // 2} rings, not {rings}")
    each = 2 * rings if rings else shorter  # rings a cycle
    count = each // 2
    rows, columns = (torch.fft.fftfreq(size, dtype=torch.float64, device=values[0].device) for size in (height, width))
    ring = (torch.hypot(rows[:, None], columns) * each).round().long().clamp(max=count + 1).flatten()
    sums = [torch.bincount(ring, part.flatten(), minlength=count + 2)[1 : count + 1] for part in values]
    return torch.arange(1, count + 1, device=ring.device).double() / each, sums
