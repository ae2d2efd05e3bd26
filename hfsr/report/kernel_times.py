"""Where an iteration's time goes on a GPU, by what its kernels do, from a record of ``benchmarks/kernels.py``."""

import re

import pandas as pd

from hfsr.report import timings

# What a kernel does, by what its name holds; the first that fits.
KINDS = {
    "convolutions": r"conv|wgrad|dgrad|fprop|xmma|cudnn|cutlass|nvjet",
    "copies, casts": r"copy|Copy|Memcpy|Memset|Fill",
    "sums": r"reduce_kernel",
    "normalisation": r"weight_norm|batch_norm",
    "pooling": r"max_pool",
    "optimiser": r"FusedOptimizer|multi_tensor_apply",
}
REST = "rest"


def kind(kernel: str) -> str:
    """What a kernel of this name does: one of `KINDS`, or the rest.

    Examples
    --------
    >>> kind("sm90_xmma_fprop_implicit_gemm_bf16"), kind("launch_clamp_scalar")
    ('convolutions', 'rest')
    """
    return next((name for name, pattern in KINDS.items() if re.search(pattern, kernel)), REST)


def table(record: timings.Timing) -> pd.DataFrame:
    """Kernels of an iteration and their time, a row a run.

    Parameters
    ----------
    record : Timing
        Of `hfsr.report.timings.records`.

    Returns
    -------
    DataFrame
        ``kernels`` an iteration, its duration ``ms`` and that of all kernels, ``in kernels``, and of this the per cent that
        each of `KINDS` takes.

    Examples
    --------
    >>> found = table(timings.records("kernels")[0])
    >>> bool((found["in kernels"] < found["ms"]).all())
    True
    """
    kernels = pd.DataFrame(record.tables["kernels"]).assign(kind=lambda all_of: all_of["kernel"].map(kind))
    runs = kernels.groupby("run", sort=False)
    total = runs["ms"].sum()
    parts = kernels.pivot_table(values="ms", index="run", columns="kind", aggfunc="sum", fill_value=0.0)
    percent = 100 * parts.reindex(index=total.index, columns=[*KINDS, REST], fill_value=0.0).div(total, axis=0)
    whole = timings.table(record, "iterations")["iteration, ms"]
    first = pd.DataFrame({"kernels": runs["times"].sum(), "ms": whole, "in kernels": total})
    return first.join(percent).loc[total.index].rename_axis(index=None, columns=None)
