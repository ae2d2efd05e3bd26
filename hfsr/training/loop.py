"""The one training loop, for both studies: CPU or GPU, bf16 where the processor has it, exact resume.

A batch is a function of the seed and the number of the iteration alone. So a run that goes on from a checkpoint sees what it
would have seen, no random state needs to be kept, and several processes share a batch out among them.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from hfsr.errors import UserError
from hfsr.files import atomic
from hfsr.training import checkpoints, hardware, processes
from hfsr.training.step import Step

CHECKPOINT = "checkpoint.safetensors"
LOG = "log.jsonl"
TICK = 1e-3  # s: the least time of an entry, where the clock is coarse
SLOW = 2  # times the fastest iterations so far: other work may have come
LOOK = 30.0  # s between two looks whether it has gone


@dataclass
class Task:
    """What a study gives the loop.

    Parameters
    ----------
    model, optimizer
        The network and what updates its weights.
    rate : callable, iteration -> float
        Learning rate.
    batch : callable, iteration -> tuple
        The batch of an iteration, counted from 0, on the device; the same whenever it is asked for. See
        `hfsr.training.processes.own`.
    loss : callable, (model, batch) -> scalar Tensor
    images : int
        Images an iteration, over all processes, for the throughput.
    watch : callable, model -> dict of float
        What the log notes `checks` times on the way, the last time at the end, measured in evaluation mode.
    checks : int
        0: never.

    Examples
    --------
    >>> model = nn.Linear(1, 1)
    >>> task = Task(
    ...     model=model,
    ...     optimizer=torch.optim.SGD(model.parameters(), lr=1.0),
    ...     rate=lambda step: 0.1,
    ...     batch=lambda step: torch.ones(4, 1),
    ...     loss=lambda model, batch: model(batch).square().mean(),
    ...     images=4,
    ...     watch=lambda model: {"weight": model.weight.item()},
    ... )
    >>> task.loss(task.model, task.batch(0)).shape
    torch.Size([])
    """

    model: nn.Module
    optimizer: torch.optim.Optimizer
    rate: Callable[[int], float]
    batch: Callable[[int], Any]
    loss: Callable[[nn.Module, Any], Tensor]
    images: int
    watch: Callable[[nn.Module], dict[str, float]]
    checks: int = 10


@dataclass
class Progress:
    """Where a run stands; kept in its checkpoint.

    Examples
    --------
    >>> progress = Progress({"seed": 0})
    >>> progress.step, progress.log  # nothing is done yet
    (0, [])
    """

    settings: dict[str, object]
    step: int = 0
    seconds: float = 0.0
    log: list[dict[str, float]] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)  # as `hardware.describe` has them, in the order of their work

    def name_device(self) -> None:
        if (here := hardware.describe()) not in self.devices:
            self.devices.append(here)


def fit(
    task: Task,
    folder: Path,
    settings: dict[str, object],
    steps: int,
    checkpoint_seconds: float = 30.0,
    log_every: int | None = None,
) -> Progress:
    """Train to the end, from the folder's checkpoint where there is one; for a run alone in it, see `processes.alone`.

    Parameters
    ----------
    task : Task
    folder : Path
        The run's folder; holds ``checkpoint.safetensors`` and ``log.jsonl`` afterwards.
    settings : dict
        What makes this run what it is; a checkpoint made with others is refused.
    steps : int
        Iterations in all.
    checkpoint_seconds : float
        Time between checkpoints.
    log_every : int, optional
        Iterations an entry of the log, for which a loss is read back; by default a 200th of all, and at most 50.

    Returns
    -------
    Progress
        Of the finished run; the log has one entry every few iterations.

    Raises
    ------
    UserError
        If the loss stops being finite, or the checkpoint is damaged or belongs to another run.

    Examples
    --------
    >>> import tempfile
    >>> model = nn.Linear(1, 1)
    >>> task = Task(
    ...     model=model,
    ...     optimizer=torch.optim.SGD(model.parameters(), lr=1.0),
    ...     rate=lambda step: 0.1,
    ...     batch=lambda step: torch.ones(4, 1),
    ...     loss=lambda model, batch: (model(batch) - 1).square().mean(),
    ...     images=4,
    ...     watch=lambda model: {"weight": model.weight.item()},
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     progress = fit(task, Path(folder), {"seed": 0}, steps=50)
    >>> progress.step, progress.log[-1]["loss"] < progress.log[0]["loss"]
    (50, True)
    """
    settings = settings | {"precision": hardware.precision()}
    log_every = log_every or min(50, max(1, steps // 200))
    hardware.keep_memory()
    most = torch.get_num_threads()
    threads = hardware.share_cores(most)
    accelerator = processes.accelerator()
    task.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    model, optimizer = accelerator.prepare(task.model, task.optimizer)
    update = Step(model, optimizer, task.loss, accelerator)
    progress = _resume(task, folder, settings)
    if progress.step < steps:
        progress.name_device()
    check_every = max(1, steps // max(1, task.checks))
    last_log = last_checkpoint = last_look = time.monotonic()
    fastest = math.inf  # seconds an iteration
    task.model.train()

    with tqdm(
        total=steps,
        initial=progress.step,
        desc=folder.name,
        unit="iteration",
        mininterval=0.2 if sys.stderr and sys.stderr.isatty() else 30,  # a log file wants a line now and then
        disable=not processes.is_main() or sys.stderr is None,
    ) as bar:
        for step in range(progress.step, steps):
            update(task.batch(step), task.rate(step))
            bar.update()
            done = step + 1
            if done % log_every and done != steps:
                continue
            iterations = done - progress.step
            mean, seconds = processes.mean(update.total).item() / iterations, max(time.monotonic() - last_log, TICK)
            if not math.isfinite(mean):
                raise UserError(
                    f"{folder}: the loss is {mean} near iteration {done}; lower the learning rate, or look at the data"
                )
            fastest = min(fastest, seconds / iterations)
            is_slow, waited = seconds / iterations > SLOW * fastest, time.monotonic() - last_look
            if (is_slow and threads > 1) or (threads < most and waited >= LOOK):
                threads, last_look = hardware.share_cores(most), time.monotonic()
                progress.name_device()
            entry = {"step": done, "loss": mean, "rate": task.rate(step)}
            progress.step, progress.seconds = done, progress.seconds + seconds
            bar.set_postfix_str(f"loss {mean:.4f}, {iterations * task.images / seconds:.0f} images/s", refresh=False)
            if processes.is_main() and task.checks and (done % check_every < iterations or done == steps):
                entry |= _watch(task)
            progress.log.append({**entry, "seconds": progress.seconds})
            if processes.is_main() and (time.monotonic() - last_checkpoint >= checkpoint_seconds or done == steps):
                _keep(task, folder, progress)
                last_checkpoint = time.monotonic()
            update.total.zero_()
            last_log = time.monotonic()
    return progress


def _watch(task: Task) -> dict[str, float]:
    task.model.eval()
    with torch.inference_mode():
        measured = task.watch(task.model)
    task.model.train()
    return measured


def _resume(task: Task, folder: Path, settings: dict[str, object]) -> Progress:
    path = folder / CHECKPOINT
    if processes.is_main():
        for half_written in folder.glob(f".{path.stem}-*"):  # by a process that was killed
            half_written.unlink()
    if not path.exists():
        return Progress(settings)
    state = checkpoints.load(path, task.model, task.optimizer)
    try:
        progress = Progress(**state)
    except TypeError as error:
        raise UserError(f"{path}: made by another version; go on with that, or delete it") from error
    if processes.is_main():
        _write_log(folder, progress)  # the checkpoint is the newer one if a process was killed between the two
    # Compared as JSON, which has no tuples.
    asked, made = json.loads(json.dumps(settings)), progress.settings
    other = [
        f"{key} = {made.get(key)!r}, not {asked.get(key)!r}" for key in asked | made if asked.get(key) != made.get(key)
    ]
    if other:
        raise UserError(f"{path}: made with {'; '.join(other)}: choose another folder for this run, or delete this one")
    return progress


def _keep(task: Task, folder: Path, progress: Progress) -> None:
    if not all(parameter.isfinite().all() for parameter in task.model.parameters()):
        raise UserError(f"{folder}: weights stopped being finite by iteration {progress.step}; lower the learning rate")
    checkpoints.save(folder / CHECKPOINT, task.model, task.optimizer, vars(progress))
    _write_log(folder, progress)


def _write_log(folder: Path, progress: Progress) -> None:
    with atomic(folder / LOG) as part:
        part.write_text("".join(json.dumps(entry) + "\n" for entry in progress.log))
