"""How far a number may be from its record on another machine: the one home of the tolerances.

What was measured stands in the records of verifications (``results/verified/``), which the book shows beside these limits.
"""

from collections.abc import Mapping

# By the beginning of a metric's name; PNG sizes as a share of the size.
# The same network in float32: on processors with other units every number came out the same to the last bit. The limits leave
# room for kernels that add in another order, which moves single pixels by one grey level.
EVALUATED = {
    "psnr": 1e-3,  # dB
    "ssim": 1e-5,
    "selected_fraction": 0.0,  # whole numbers decide
    "png_bytes": 1e-3,  # bf16 against float32: 4e-4
}
OF_DETAIL = 1e-3  # of power, agreement and the other measures of the frequency study
# A whole training, of thousands of iterations: with the same units and threads it is the same to the last bit. The limits leave
# room for others; they are not for one in another precision, whose single pictures lie further apart.
TRAINED = {
    "psnr": 0.05,  # dB
    "ssim": 1e-3,
    "selected_fraction": 0.0,
    "test_accuracy": 0.03,
}
# A training of the recipe `quick` in float32, 200 iterations or 100 of the classifier. Kernels of AVX2 give the same numbers to
# the last bit; those of AVX-512 on one machine gave single pictures up to 0.12 dB away, their unselected elements 0.36 dB,
# SSIM 0.005, and the classifier 0.011 (results/verified/2026-11-27-3.json). The limits are wider; they are not for bf16.
TRAINED_BRIEFLY = TRAINED | {
    "psnr": 0.4,
    "ssim": 0.01,
}


def limit(name: str, trained: bool, briefly: bool = False) -> float:
    """How much a metric may differ.

    Parameters
    ----------
    name : str
        As in a record, such as ``"set5/psnr_y_border2"``.
    trained : bool
        Whether a network was trained for it, or the published one measured.
    briefly : bool
        Whether that training was of the recipe `quick`.

    Examples
    --------
    >>> limit("set5/psnr_y_border2", trained=False), limit("set5/recovered", trained=False)
    (0.001, 0.001)
    """
    limits: Mapping[str, float] = (TRAINED_BRIEFLY if briefly else TRAINED) if trained else EVALUATED
    metric = name.partition("/")[2].removeprefix("train_").removeprefix("test_" if "png_bytes" in name else "")
    return next((value for start, value in limits.items() if metric.startswith(start)), OF_DETAIL)


def difference(name: str, recorded: float, computed: float) -> float:
    """How far a number is from its record, in the unit of `limit`.

    Examples
    --------
    >>> difference("cifar10/test_png_bytes", 1000, 1001), difference("set5/psnr_y_border2", 30.0, 30.5)
    (0.001, 0.5)
    """
    apart = abs(recorded - computed)
    return apart / recorded if apart and "png_bytes" in name else apart
