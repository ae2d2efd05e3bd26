"""Published figures of others to stand beside ours."""

import pandas as pd


def benchmarks() -> pd.DataFrame:
    """What papers report of upscaling x2: PSNR in dB / SSIM.

    Returns
    -------
    DataFrame
        A row a network; strings, empty where the paper reports none. Columns: ``parameters``; "div2k-valid" on all channels
        with a border of 8; "set5", "set14", "bsd100" and "urban100" on luma with a border of 2.

    Examples
    --------
    >>> benchmarks().loc["VDSR", "set5"]
    '37.53 / .9587'
    """
    rows = {
        "Bicubic": ("", "31.01 / .9393", "33.66 / .9299", "30.24 / .8688", "29.56 / .8431", "26.88 / .8403"),
        "SRCNN": ("57,000", "33.05 / .9581", "36.66 / .9542", "32.42 / .9063", "31.36 / .8879", "29.50 / .8946"),
        "VDSR": ("665,000", "33.66 / .9625", "37.53 / .9587", "33.03 / .9124", "31.90 / .8960", "30.76 / .9140"),
        "EDSR baseline": ("1,372,318", "34.61", "37.98 / .9604", "33.57 / .9174", "32.15 / .8993", "31.98 / .9271"),
        "IMDN": ("694,404", "", "38.00", "33.63", "32.19", ""),
        "WDSR-A, 8 blocks": ("597,716", "34.54", "", "", "", ""),
        "WDSR-A, 16 blocks": ("1,190,100", "34.77", "38.08", "", "32.23", "32.34"),
    }
    columns = ["parameters", "div2k-valid", "set5", "set14", "bsd100", "urban100"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def denoisers() -> pd.DataFrame:
    """PSNR in dB of a colour denoiser, noise of 25 grey levels, neither rounded nor clipped.

    Examples
    --------
    >>> denoisers().loc["FFDNet", "kodak24"]
    np.float64(32.13)
    """
    rows = {"FFDNet": (32.13, 32.35)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["kodak24", "mcmaster"])
