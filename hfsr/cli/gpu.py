"""`hfsr gpu`: for whoever has a card for a while."""

import time

import torch
import typer

from hfsr.errors import UserError
from hfsr.studies import backlog, card, trial
from hfsr.training import hardware, processes

LONGEST = 60 * 24 * 365  # minutes
TIMED = 0.2  # of the time that is left, at most, for measuring the card


def work(minutes: float) -> None:
    """Check the GPU, measure its speed, and do what the studies lack for so many minutes in all.

    Raises
    ------
    UserError
        If there is no GPU, several processes would train together, or the losses are not the CPU's.
    """
    start = time.monotonic()
    if not 0 < minutes <= LONGEST:
        raise UserError(f"--minutes {minutes:g}: name a number of minutes up to {LONGEST:,}")
    if not is_here():
        raise UserError(
            f"there is no GPU here that this torch can use ({build()}); `make study` trains on the processor"
        )
    if processes.count() > 1:
        raise UserError("start `hfsr gpu` in one process a card, each with its own CUDA_VISIBLE_DEVICES")
    typer.echo(f"{hardware.describe()}; training multiplies in {hardware.precision()}\n")
    checked = card.check(card.kinds())
    typer.echo(f"{checked.to_string(float_format='{:.5f}'.format)}\n")
    typer.echo(f"checked in {time.monotonic() - start:.0f} s\n")
    if not checked["right"].all():
        wrong = ", ".join(checked.index[~checked["right"]])
        raise UserError(f"the losses of {wrong} are not the CPU's: nothing is trained on this GPU")
    lacking = backlog.lacking(backlog.ORDER)
    timed = {kind: run for run in lacking if (kind := trial.kind(run)) and backlog.has_data(run)}
    end = start + 60 * minutes
    try:
        with backlog.limited(TIMED * (end - time.monotonic())):
            typer.echo(f"{card.throughput(timed.values()).to_string(float_format='{:.1f}'.format)}\n")
    except backlog.TimeIsUpError:
        typer.echo("the rates are left out: they would have taken too much of the time\n")
    typer.echo(f"{len(lacking)} runs to do")
    for line in backlog.work(lacking, end - time.monotonic()):
        typer.echo(line)


def build() -> str:
    """What torch was built for: a card needs a driver of at least that CUDA.

    Examples
    --------
    >>> build().startswith("CUDA") == (torch.version.cuda is not None)
    True
    """
    return f"CUDA {torch.version.cuda}" if torch.version.cuda else f"{torch.__version__}, built without CUDA"


def is_here() -> bool:
    """Whether there is a GPU."""
    return hardware.device().type == "cuda"
