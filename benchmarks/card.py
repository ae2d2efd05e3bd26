"""What a GPU makes of the studies: losses beside the CPU's, iterations a second, and what a CUDA graph brings.

`hfsr gpu` checks and measures the same before it trains. Pictures and images are noise, so no data set is needed.
``python benchmarks/card.py`` takes about a minute on a GPU, and much longer without one.
"""

import time
from typing import Any
from unittest.mock import patch

import pandas as pd

from hfsr.cli.console import in_one_line
from hfsr.report import timings
from hfsr.studies import card, recipes, trial, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.training import step

RUNS = (
    SuperresRun(Row("wdsr", "1/5"), recipes.superres("bench")),
    SuperresRun(Row("wdsr", "1/5"), recipes.superres("paper")),
    Classification("cifar10", upscaler.ORIGINAL, recipes.classify("compact")),
    Classification("cifar10", upscaler.BICUBIC, recipes.classify("compact")),
    Classification("cifar10", upscaler.BICUBIC, recipes.classify("compact-full")),
    Classification("cifar10", upscaler.BICUBIC, recipes.classify("paper")),
)
SECONDS = 1.5  # that a kind of iteration is timed for: a lent card is lent for minutes


def without_graph(run: SuperresRun | Classification) -> float:
    """Seconds of an iteration whose kernels are launched one by one."""
    with patch.object(step, "Graph", lambda: None):
        return trial.seconds(trial.kind(run) or run)


def rounded(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table's rows with four significant digits, its index in a column "run"."""
    shown = table.map(lambda value: float(f"{value:.4g}") if isinstance(value, float) else value)
    return [{"run": name} | dict(row) for name, row in shown.iterrows()]


def main() -> None:
    options = timings.parser(__doc__).parse_args()
    with patch.object(trial, "TIMED", SECONDS):
        start = time.perf_counter()
        checked = card.check(card.kinds())
        checking = [{"kinds of run": len(checked), "checked in, s": round(time.perf_counter() - start, 1)}]
        print(checked.to_string(), flush=True)
        measured = card.throughput(RUNS)
        measured["times without a graph"] = [without_graph(run) for run in RUNS] * measured["iterations/s"]
    timings.report(
        "card", {"checking": checking, "losses": rounded(checked), "iterations": rounded(measured)}, options.record
    )


if __name__ == "__main__":
    with in_one_line():
        main()
