"""Short runs that compare sizes of crops and batches and learning rates, each on as many pixels: how "bench" was chosen.

On the study's training photographs, judged on the eight embedded photographs, which the study does not use at all.
``HFSR_DATA=... python benchmarks/settings.py`` takes seven minutes a line on one core; with ``finetuned`` it repeats the
comparison for the network that people get, in six minutes a line on one core without bf16 units.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from hfsr.analysis import evaluation
from hfsr.cli.console import in_one_line
from hfsr.data import photographs
from hfsr.studies import recipes, superres
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.training import hardware, loop
from hfsr.training.schedule import Schedule


class Comparison(NamedTuple):
    """What is trained, on how many low-resolution pixels, and with which settings."""

    row: Row
    pixels: float
    warmup: int
    tried: tuple[
        tuple[int, int, float], ...
    ]  # side of the low-resolution crops, crops an update, peak of the learning rate


COMPARISONS = {
    "bench": Comparison(
        Row("wdsr"),
        pixels=20e6,
        warmup=200,
        tried=(
            (32, 16, 2e-3),
            (32, 8, 1e-3),
            (24, 8, 1e-3),
            (24, 8, 2e-3),
            (24, 8, 4e-3),
            (24, 8, 8e-3),
            (16, 8, 2e-3),
            (16, 8, 4e-3),
            (16, 4, 2e-3),
        ),
    ),
    "finetuned": Comparison(
        Row("wdsr", "1/5"),
        pixels=4.6e6,
        warmup=50,
        tried=((24, 16, 1e-3), (24, 16, 3e-3), (24, 8, 1e-3), (16, 16, 1e-3)),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", nargs="?", choices=COMPARISONS, default="bench")
    parser.add_argument("--pixels", type=float, help="low-resolution pixels trained on, where not the comparison's")
    asked = parser.parse_args()
    recipe, comparison = recipes.superres(asked.recipe), COMPARISONS[asked.recipe]
    pictures = photographs.load(recipe.data)
    judges = [photographs.load(name, grey=True) for name in ("embedded", "embedded-held-out")]
    print(
        f"{'crop':>5} {'batch':>6} {'rate':>7} {'updates':>8}   PSNR in dB (Y, border 2) on {', '.join(j.name for j in judges)}"
    )
    for crop, batch, rate in comparison.tried:
        steps = round((asked.pixels or comparison.pixels) / (batch * crop**2))
        schedule = Schedule(rate, warmup=comparison.warmup)
        tried = replace(recipe, crop=crop, batch=batch, steps=steps, schedule=schedule, checks=0)
        task = superres.training(SuperresRun(comparison.row, tried), pictures, hardware.device())
        with tempfile.TemporaryDirectory() as folder:
            loop.fit(task, Path(folder), {}, steps)
        task.model.eval()
        scores = " ".join(f"{evaluation.mean_psnr(task.model, judge):8.2f}" for judge in judges)
        print(f"{crop:5} {batch:6} {rate:7g} {steps:8,} {scores}", flush=True)


if __name__ == "__main__":
    with in_one_line():
        main()
