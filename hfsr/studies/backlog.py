"""What the registered studies still lack, most valuable first, done until the time is up."""

import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import singledispatch
from types import FrameType
from typing import NamedTuple

import torch

from hfsr.data import catalogue, labelled
from hfsr.errors import TakenError, UserError
from hfsr.files import exclusive
from hfsr.studies import classify, grid, published, recipes, recognise, superres, upscaled
from hfsr.studies.classification import Classification
from hfsr.studies.publish import publish
from hfsr.studies.recognition import Recognition
from hfsr.studies.run import Run
from hfsr.studies.superres_run import SuperresRun
from hfsr.studies.upscaled_set import UpscaledSet

AGAIN = 5.0  # seconds after which a time limit is said once more
WAIT = 1.0  # seconds between two looks at what other processes are at


class Item(NamedTuple):
    """The runs of a study's recipe.

    Parameters
    ----------
    study, recipe : str

    Examples
    --------
    >>> [run.name for run in Item("superres", "long").runs()][:2]
    ['wdsr-a0-long-s0', 'wdsr-a1-5-long-s0']
    """

    study: str
    recipe: str

    def runs(self) -> list[Run]:
        """All of them; none where there is no such recipe yet."""
        known = self.recipe in recipes.STUDIES[self.study]
        return list(grid.runs(self.study, self.recipe).values()) if known else []


# The rows of a seed are compared with each other, and those of this recipe were trained on processors, from which another
# device differs by as much as the rows do.
PROCESSORS = "bench"
# The one list that says what a GPU is for.
ORDER = (
    Item("classify", "compact"),
    Item("recognition", "bench"),
    Item("classify", "compact-full"),
    Item("classify", "compact-long"),
    Item("superres", "long"),
    Item("superres", "lossless"),
    Item("recognition", "long"),
    Item("restore", "denoise"),
    Item("restore", "dejpeg"),
    Item("superres", "paper"),
    Item("classify", "paper"),
)


def lacking(order: Iterable[Item] = ORDER) -> list[Run]:
    """The runs without a fresh published record, in order, each after what it requires and this machine has not.

    Left out is what needs networks or classifiers that are published and not here, or that are for processors to train: another
    training gives others, and the rows that are compared would not be of the same ones.

    Examples
    --------
    >>> lacking([Item("classify", "no-such-recipe")])
    []
    """
    wanted = dict.fromkeys(
        run for item in order for run in item.runs() if not _is_published(run) and _is_for_this_machine(run)
    )
    return [run for run in grid.with_required(wanted).values() if run in wanted or not run.is_finished]


def work(runs: Iterable[Run], seconds: float) -> Iterator[str]:
    """Do runs one after the other until the time is up, and publish each as it finishes.

    A run that is cut short goes on from its checkpoint next time. Several processes may do this side by side, on one card or
    on several: each takes the next run that nobody is at, and what requires a run that another process is at waits for it.
    What cannot be done, for want of data say, is said once and passed over; so is what requires it.

    Yields
    ------
    str
        A line about every run that ended, and about how it ended.

    Examples
    --------
    >>> list(work(Item("superres", "long").runs(), seconds=0))
    ['the time is up; the same command goes on']
    """
    end, left, said = time.monotonic() + seconds, list(runs), set()
    unpublished = {run for run in left if run.is_finished}
    while left:
        later, taken = [], False
        for run in left:
            if run.is_finished and run not in unpublished:
                continue  # another process has just made it, and publishes it
            if any(not each.is_finished for each in run.requires):
                later.append(run)
                continue
            if time.monotonic() >= end:
                yield "the time is up; the same command goes on"
                return
            try:
                if run.folder.exists():
                    with exclusive(run.folder):  # asked before its data is read, and again where it is at work
                        pass
                with limited(end - time.monotonic()):
                    _do(run)
                ended = _published(run)
            except TimeIsUpError:
                yield f"{run.name}: the time is up; the same command goes on from its checkpoint"
                return
            except TakenError:
                later.append(run)
                taken = True
                continue
            except (UserError, OSError, torch.OutOfMemoryError) as error:
                line = str(error).partition("\n")[0]  # a card's goes on about its memory
                if line not in said:
                    yield f"{run.name}: passed over; {line}"
                said.add(line)
                continue
            yield f"{run.name}: {ended}"
        if len(later) == len(left):  # nothing could be done
            if not taken:
                return
            time.sleep(WAIT)
        left = later


def has_data(run: Run) -> bool:
    """Whether the set that a run trains on is here.

    Examples
    --------
    >>> has_data(grid.runs("superres", "quick")["wdsr-a0-quick-s0"])
    True
    """
    return catalogue.is_here(str(run.identity()["data"]))


def _is_for_this_machine(run: Run) -> bool:
    for each in run.requires:
        if not each.is_finished:
            if each.steps and (each.identity()["recipe"] == PROCESSORS or _is_published(each)):
                return False
            if not _is_for_this_machine(each):
                return False
    return True


@singledispatch
def _do(run: Run) -> None:
    raise UserError(f"no photographs are measured here: run `{run.command}`")


@_do.register
def _(run: SuperresRun) -> None:
    superres.train(run)


@_do.register
def _(run: Classification) -> None:
    classify.train(run)


@_do.register
def _(run: UpscaledSet) -> None:
    upscaled.make(labelled.load(run.dataset), run.upscaler, progress=True)


@_do.register
def _(run: Recognition) -> None:
    recognise.recognise(run)


def _is_published(run: Run) -> bool:
    return published.is_fresh(run.record_type, run.model or run.name)


def _published(run: Run) -> str:
    """Publish a finished run's record, and its weights if it has a name; what was made from what is not published stays here.

    So does what is published already, trained elsewhere: nothing replaces that.
    """
    if _is_published(run) or run.record().problems():
        return "made"
    return f"published as {publish(run.folder, run.model).stem}"


class TimeIsUpError(BaseException):  # like an interruption: nothing on the way takes it for a mistake
    """Raised in the middle of what is limited.

    Examples
    --------
    >>> issubclass(TimeIsUpError, Exception)  # nothing on the way takes it for a mistake
    False
    """


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TimeIsUpError` in what goes on for longer; of the main thread, where the system has alarms.

    Examples
    --------
    >>> try:
    ...     with limited(0.01):
    ...         time.sleep(5)
    ... except TimeIsUpError:
    ...     print("cut short")
    cut short
    """
    if not hasattr(signal, "SIGALRM"):  # Windows
        yield
        return
    over = False

    def stop(number: int, frame: FrameType | None) -> None:
        if not over:
            raise TimeIsUpError

    before = signal.signal(signal.SIGALRM, stop)
    # And again until it is heard: what is raised inside a destructor is lost.
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), AGAIN)
    try:
        yield
    finally:
        over = True  # nothing is cut short from here on, this least of all
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
