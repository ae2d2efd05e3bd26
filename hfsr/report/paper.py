"""The paper's own numbers as data, and the arithmetic on Eq 7 that needs no picture (Tables I to IV)."""

from collections.abc import Sequence

import pandas as pd
from scipy import optimize, stats

from hfsr.weightmap import Alpha, parse_alpha

ALPHAS = ("1/7", "1/6", "1/5", "1/4", "1/3")
METHODS = ("Bicubic", "SRCNN", "WDSR", *ALPHAS)


def table1() -> pd.DataFrame:
    """Table I: super-resolution x2 on DIV2K's validation images, one run a row.

    Returns
    -------
    DataFrame
        A row a method of `METHODS`. Columns: ``fraction`` of the training data used, in [0, 1] (NaN for bicubic); ``psnr``
        in dB; ``ssim``. The paper does not say on which channels, nor which border is left out.

    Examples
    --------
    >>> table1().loc["1/5", "fraction"]
    np.float64(0.6307)
    """
    rows = [
        (float("nan"), 29.91, 0.8680),
        (1.0, 32.97, 0.9196),
        (1.0, 34.54, 0.9368),
        (0.7173, 34.55, 0.9368),
        (0.6766, 34.55, 0.9367),
        (0.6307, 34.55, 0.9368),
        (0.5687, 34.54, 0.9367),
        (0.4832, 34.52, 0.9365),
    ]
    return _table(rows, METHODS, ("fraction", "psnr", "ssim"))


def table2() -> pd.DataFrame:
    """Table II: the classifier's layers as printed; `hfsr.report.layers.table2` has those of the network here.

    Returns
    -------
    DataFrame
        A row a layer, "first" a block that halves the image. Columns: the output for images of 32x32 and of 64x64 pixels;
        ``details``, kernel, channels and stride of each convolution; ``times`` the block comes.

    Examples
    --------
    >>> table2().loc["Conv 3_x first", "details"]
    '1x1, 256, 2; 3x3, 256, 1; 1x1, 256, 1'
    """
    rows = {
        "Input": ("32x32", "64x64", "", 1),
        "Conv 0": ("32x32", "64x64", "3x3, 16, 1", 1),
        "Conv 1_x": ("32x32", "64x64", "1x1, 64, 1; 3x3, 64, 1; 1x1, 64, 1", 18),
        "Conv 2_x first": ("16x16", "32x32", "1x1, 128, 2; 3x3, 128, 1; 1x1, 128, 1", 1),
        "Conv 2_x": ("16x16", "32x32", "1x1, 128, 1; 3x3, 128, 1; 1x1, 128, 1", 17),
        "Conv 3_x first": ("8x8", "16x16", "1x1, 256, 2; 3x3, 256, 1; 1x1, 256, 1", 1),
        "Conv 3_x": ("8x8", "16x16", "1x1, 256, 1; 3x3, 256, 1; 1x1, 256, 1", 17),
        "Average pool": ("4x4", "8x8", "2x2, -, 2", 1),
        "fc": ("10", "10", "10-d", 1),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["32x32", "64x64", "details", "times"]).rename_axis(
        "layer"
    )


def table3() -> pd.DataFrame:
    """Table III: test accuracy of ResNet-164 on CIFAR, by the method that upscaled the images, one run a row.

    Returns
    -------
    DataFrame
        Rows ``Original`` (not upscaled), then `METHODS`. Columns ``cifar10`` and ``cifar100``: per cent.

    Examples
    --------
    >>> table3().loc["1/5", "cifar10"]
    np.float64(95.23)
    """
    rows = [
        (94.69, 77.21),
        (94.43, 77.59),
        (94.78, 77.23),
        (94.80, 78.12),
        (95.15, 78.05),
        (95.18, 78.24),
        (95.23, 78.17),
        (95.04, 78.06),
        (95.05, 78.13),
    ]
    return _table(rows, ("Original", *METHODS), ("cifar10", "cifar100"))


def table4() -> pd.DataFrame:
    """Table IV: size of the upscaled sets as PNG files written by OpenCV with default settings.

    Returns
    -------
    DataFrame
        A row a method of `METHODS`. Columns ``div2k_valid``, ``cifar10_train``, ``cifar10_test``, ``cifar100_train`` and
        ``cifar100_test``: MB, by a definition that the paper does not give. The paper has no row for the ground truth.

    Examples
    --------
    >>> table4().loc["WDSR", "div2k_valid"]
    np.float64(419.64)
    """
    rows = [
        (369.42, 358.67, 71.73, 358.21, 71.84),
        (422.82, 390.79, 78.14, 389.46, 78.09),
        (419.64, 390.42, 78.07, 389.13, 78.02),
        (425.52, 392.80, 78.55, 391.60, 78.51),
        (428.06, 393.07, 78.60, 391.92, 78.57),
        (430.90, 394.12, 78.81, 392.82, 78.76),
        (433.62, 394.98, 78.98, 393.75, 78.94),
        (439.84, 396.86, 79.37, 395.37, 79.27),
    ]
    sets = ("div2k_valid", "cifar10_train", "cifar10_test", "cifar100_train", "cifar100_test")
    return _table(rows, METHODS, sets)


def gaussian_fraction(alpha: Alpha) -> float:
    """Share that Eq 7 selects where the weights follow a Gaussian, as Section III.C says they nearly do.

    Parameters
    ----------
    alpha : float, int or str
        As for `hfsr.weightmap.parse_alpha`.

    Returns
    -------
    float
        Probability outside mu +/- alpha*sigma, in [0, 1]; it depends on neither mu nor sigma.

    Examples
    --------
    >>> round(gaussian_fraction("1/5"), 3)
    0.841
    """
    return float(2 * stats.norm.sf(parse_alpha(alpha)))


def laplacian_fraction(alpha: Alpha) -> float:
    """Share that Eq 7 selects where the weights follow a Laplacian, a peak with heavier tails.

    Parameters, result: as for `gaussian_fraction`.

    Examples
    --------
    >>> round(laplacian_fraction("1/5"), 3)
    0.754
    """
    return float(2 * stats.laplace.sf(parse_alpha(alpha) * stats.laplace.std()))


def tail_exponent(fraction: float, alpha: Alpha) -> float:
    """Exponent of the generalised Gaussian, with density ``exp(-|x/s|^b)``, of which Eq 7 selects a given fraction.

    Parameters
    ----------
    fraction : float
        Selected, in (0, 1).
    alpha : float, int or str
        As for `hfsr.weightmap.parse_alpha`, above 0.

    Returns
    -------
    float
        b: 2 is the Gaussian, 1 the Laplacian, less a sharper peak with heavier tails.

    Raises
    ------
    ValueError
        If no exponent between 0.2 and 20 gives that fraction.

    Examples
    --------
    >>> round(tail_exponent(gaussian_fraction(0.2), 0.2), 3), round(tail_exponent(0.6307, "1/5"), 2)
    (2.0, 0.61)
    """
    half_width = parse_alpha(alpha)

    def excess(exponent: float) -> float:
        family = stats.gennorm(exponent)
        return float(2 * family.sf(half_width * family.std()) - fraction)

    return float(optimize.brentq(excess, 0.2, 20))


def fractions() -> pd.DataFrame:
    """What Eq 7 selects, alpha by alpha: on DIV2K by Table I, and of a Gaussian and a Laplacian.

    Returns
    -------
    DataFrame
        A row an alpha: ``Table I``; ``b``, its `tail_exponent`; ``Gaussian`` and ``Laplacian``.

    Examples
    --------
    >>> fractions().loc["1/5"].round(2).tolist()
    [0.63, 0.61, 0.84, 0.75]
    """
    theirs, rows = table1()["fraction"], {}
    for alpha in ALPHAS:
        bells = {"Gaussian": gaussian_fraction(alpha), "Laplacian": laplacian_fraction(alpha)}
        rows[alpha] = {"Table I": theirs[alpha], "b": tail_exponent(theirs[alpha], alpha), **bells}
    return pd.DataFrame.from_dict(rows, orient="index")


def _table(rows: Sequence[tuple[float, ...]], methods: tuple[str, ...], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=pd.Index(methods, name="method"), columns=list(columns))
