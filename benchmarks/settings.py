"""Short runs that compare sizes of crops and batches and learning rates, each on as many pixels: how "bench" was chosen.

Plain WDSR-A on the study's training photographs, judged on the eight embedded photographs, which the study does not use
at all. ``HFSR_DATA=... python benchmarks/settings.py`` takes seven minutes a line on one core.
"""

import argparse
import tempfile
from pathlib import Path

import torch
from accelerate.utils import set_seed

from hfsr.analysis import evaluation
from hfsr.cli.console import in_one_line
from hfsr.data import photographs
from hfsr.models import WDSR
from hfsr.studies import recipes, superres
from hfsr.studies.rows import Row
from hfsr.training import hardware, loop
from hfsr.training.crops import Crops
from hfsr.training.schedule import Schedule

TRIED = (  # side of the low-resolution crops, crops an update, peak of the learning rate
    (32, 16, 2e-3),
    (32, 8, 1e-3),
    (24, 8, 1e-3),
    (24, 8, 2e-3),
    (24, 8, 4e-3),
    (24, 8, 8e-3),
    (16, 8, 2e-3),
    (16, 8, 4e-3),
    (16, 4, 2e-3),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pixels", type=float, default=20e6, help="low-resolution pixels trained on")
    total = parser.parse_args().pixels
    pictures = photographs.load(recipes.superres("bench").data)
    judges = [photographs.load(name, grey=True) for name in ("embedded", "embedded-held-out")]
    print(
        f"{'crop':>5} {'batch':>6} {'rate':>7} {'updates':>8}   PSNR in dB (Y, border 2) on {', '.join(j.name for j in judges)}"
    )
    for crop, batch, rate in TRIED:
        steps, schedule = round(total / (batch * crop**2)), Schedule(rate, warmup=200)
        set_seed(0)
        model = WDSR()
        task = loop.Task(
            model=model,
            optimizer=torch.optim.Adam(model.parameters()),
            rate=lambda step, schedule=schedule, steps=steps: schedule.rate(step, steps),
            batch=Crops(pictures, crop, batch, 0, hardware.device()),
            loss=lambda model, batch: superres.batch_loss(model, batch, Row("wdsr")),
            images=batch,
            watch=lambda model: {},
        )
        with tempfile.TemporaryDirectory() as folder:
            loop.fit(task, Path(folder), {}, steps)
        model.eval()
        scores = " ".join(f"{evaluation.mean_psnr(model, judge):8.2f}" for judge in judges)
        print(f"{crop:5} {batch:6} {rate:7g} {steps:8,} {scores}", flush=True)


if __name__ == "__main__":
    with in_one_line():
        main()
