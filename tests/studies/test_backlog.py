import dataclasses
import shutil
import time

import pytest
import torch

from hfsr import paths
from hfsr.errors import TakenError, UserError
from hfsr.files import exclusive
from hfsr.studies import backlog, classification, grid, published, recipes, superres
from hfsr.studies.backlog import Item, TimeIsUpError
from hfsr.studies.records import WEIGHTS
from hfsr.studies.rows import Cell
from hfsr.studies.superres_run import SuperresRecord
from hfsr.studies.upscaled_set import UpscaledSet

TINY = (Item("superres", "tiny"),)


def names(runs):
    return [run.name for run in runs]


def test_what_is_done_is_published_and_lacks_no_more(tiny_study):
    runs = backlog.lacking(TINY)
    assert names(runs)[:3] == ["bicubic-tiny", "wdsr-a0-tiny-s0", "wdsr-a1-5-tiny-s0"]
    lines = list(backlog.work(runs, seconds=600))
    assert lines[:2] == ["bicubic-tiny: published as bicubic-tiny", "wdsr-a0-tiny-s0: published as wdsr-a0-tiny"]
    assert len(lines) == len(runs) == 5
    assert len(published.stale_or_not(SuperresRecord)) == 5
    assert backlog.lacking(TINY) == []


def test_a_classifier_comes_after_its_images_and_these_after_their_network(tiny_study, monkeypatch):
    recipe = dataclasses.replace(
        recipes.classify("quick"), name="tiny", networks="tiny", steps=2, cells=(Cell("digits", "wdsr-a1-5"),)
    )
    monkeypatch.setitem(recipes.CLASSIFY, "tiny", recipe)
    runs = backlog.lacking([Item("classify", "tiny")])
    assert names(runs) == ["wdsr-a1-5-tiny-s0", "digits-wdsr-a1-5-tiny", "digits-wdsr-a1-5-tiny-tiny-s0"]
    assert len(list(backlog.work(runs, seconds=600))) == 3
    assert backlog.lacking([Item("classify", "tiny")]) == []
    # Published sets are no part of the checkout: another run makes them anew, or finds them.
    assert classification.grid(recipe)[0].requires[0].is_finished


def test_a_published_network_is_not_trained_again_nor_its_record_replaced(tiny_study, monkeypatch):
    """Another training gives another network; what requires the published one needs its weights here."""
    recipe = dataclasses.replace(
        recipes.classify("quick"), name="tiny", networks="tiny", steps=2, cells=(Cell("digits", "wdsr-a1-5"),)
    )
    monkeypatch.setitem(recipes.CLASSIFY, "tiny", recipe)
    network = backlog.lacking([Item("classify", "tiny")])[0]
    with monkeypatch.context() as patch:
        patch.setattr(backlog, "PROCESSORS", "tiny")
        assert backlog.lacking([Item("classify", "tiny")]) == []
    assert list(backlog.work([network], seconds=600)) == ["wdsr-a1-5-tiny-s0: published as wdsr-a1-5-tiny"]
    assert names(backlog.lacking([Item("classify", "tiny")])) == [
        "digits-wdsr-a1-5-tiny",
        "digits-wdsr-a1-5-tiny-tiny-s0",
    ]
    record = paths.results() / "superres" / "wdsr-a1-5-tiny.json"
    before = record.read_bytes()
    shutil.rmtree(network.folder)
    with monkeypatch.context() as patch:  # as of classifiers, whose weights are never published
        patch.setattr(UpscaledSet, "requires", (network,))
        assert backlog.lacking([Item("classify", "tiny")]) == []
    superres.train(network)
    assert list(backlog.work([network], seconds=600)) == ["wdsr-a1-5-tiny-s0: made"]
    assert record.read_bytes() == before


def test_a_run_that_a_card_has_no_room_for_is_passed_over(tiny_study, monkeypatch):
    (first, second, *_), train = backlog.lacking(TINY), backlog.superres.train

    def full(run):
        if run == second:
            raise torch.OutOfMemoryError("CUDA out of memory.\nOf the allocated memory ...")
        return train(run)

    monkeypatch.setattr(backlog.superres, "train", full)
    assert list(backlog.work([second, first], seconds=600)) == [
        "wdsr-a0-tiny-s0: passed over; CUDA out of memory.",
        "bicubic-tiny: published as bicubic-tiny",
    ]


def test_without_alarms_nothing_is_cut_short(monkeypatch):
    monkeypatch.delattr("signal.SIGALRM")
    with backlog.limited(0.01):
        time.sleep(0.05)


def test_a_time_limit_that_was_not_heard_is_said_again(monkeypatch):
    monkeypatch.setattr(backlog, "AGAIN", 0.05)
    heard = 0
    with backlog.limited(0.01):
        while heard < 3:
            with pytest.raises(TimeIsUpError):
                time.sleep(5)
            heard += 1


def test_what_another_process_is_at_is_waited_for(tiny_study, monkeypatch):
    (first, second, *_), train, times = backlog.lacking(TINY), backlog.superres.train, []

    def taken_twice(run):
        times.append(run)
        if run == second and times.count(second) < 3:
            raise TakenError("another process is at work")
        return train(run)

    monkeypatch.setattr(backlog.superres, "train", taken_twice)
    monkeypatch.setattr(backlog, "WAIT", 0.01)
    lines = list(backlog.work([second, first], seconds=600))
    assert lines == ["bicubic-tiny: published as bicubic-tiny", "wdsr-a0-tiny-s0: published as wdsr-a0-tiny"]
    assert times == [second, first, second, second]


def test_nothing_is_read_for_a_run_that_another_process_is_at(tiny_study, monkeypatch):
    run, read = backlog.lacking(TINY)[1], []
    monkeypatch.setattr(backlog, "WAIT", 0.01)
    monkeypatch.setattr(backlog.superres, "train", read.append)
    with exclusive(run.folder):
        assert list(backlog.work([run], seconds=0.2))[-1].endswith("the time is up; the same command goes on")
    assert read == []


def test_what_another_process_has_made_meanwhile_is_its_own_to_publish(tiny_study, monkeypatch):
    (first, second, *_), train, made = backlog.lacking(TINY), backlog.superres.train, []

    def with_company(run):
        made.append(run)
        train(second)  # as if by another process
        return train(run)

    monkeypatch.setattr(backlog.superres, "train", with_company)
    assert list(backlog.work([first, second], seconds=600)) == ["bicubic-tiny: published as bicubic-tiny"]
    assert made == [first]
    assert list(backlog.work([second], seconds=600)) == ["wdsr-a0-tiny-s0: published as wdsr-a0-tiny"]


def test_no_longer_than_there_is_time(tiny_study, monkeypatch):
    monkeypatch.setattr(backlog, "WAIT", 0.01)
    run = backlog.lacking(TINY)[1]
    with exclusive(run.folder):
        (line,) = backlog.work([run], seconds=0.5)
    assert "the time is up; the same command goes on" in line  # between two looks, or in the middle of one


def test_a_run_is_cut_short_when_the_time_is_up_and_goes_on(tiny_study, monkeypatch):
    (first, second, *_), train = backlog.lacking(TINY), backlog.superres.train
    monkeypatch.setattr(backlog.superres, "train", lambda run: time.sleep(60) if run == second else train(run))
    lines = list(backlog.work([first, second, first], seconds=5))
    assert lines == [
        "bicubic-tiny: published as bicubic-tiny",
        "wdsr-a0-tiny-s0: the time is up; the same command goes on from its checkpoint",
    ]
    monkeypatch.undo()


def test_no_run_begins_when_the_time_is_up(tiny_study):
    assert list(backlog.work(backlog.lacking(TINY), seconds=0)) == ["the time is up; the same command goes on"]


def test_what_cannot_be_done_is_said_once_and_passed_over(tiny_study, monkeypatch):
    def refuse(run):
        raise UserError("no such pictures")

    runs = backlog.lacking(TINY)
    monkeypatch.setattr(backlog.superres, "train", refuse)
    assert list(backlog.work(runs, seconds=60)) == ["bicubic-tiny: passed over; no such pictures"]


def test_the_most_valuable_comes_first():
    assert [(item.study, item.recipe) for item in backlog.ORDER] == [
        ("classify", "compact"),
        ("recognition", "bench"),
        ("classify", "compact-full"),
        ("classify", "compact-long"),
        ("superres", "long"),
        ("superres", "lossless"),
        ("recognition", "long"),
        ("restore", "denoise"),
        ("restore", "dejpeg"),
        ("superres", "paper"),
        ("classify", "paper"),
    ]
    assert all(item.runs() for item in backlog.ORDER)


@pytest.mark.parametrize("longer", [True, False])
def test_a_limit_is_taken_off_again(longer):
    before = backlog.signal.getsignal(backlog.signal.SIGALRM)
    if longer:
        with pytest.raises(backlog.TimeIsUpError), backlog.limited(0.01):
            time.sleep(10)
    else:
        with backlog.limited(10):
            pass
    assert backlog.signal.getitimer(backlog.signal.ITIMER_REAL) == (0, 0)
    assert backlog.signal.getsignal(backlog.signal.SIGALRM) == before


def test_a_run_that_cannot_be_published_is_passed_over(tiny_study):
    first, second = backlog.lacking(TINY)[1:3]
    (superres.train(first) / WEIGHTS).unlink()
    said, done = backlog.work([first, second], seconds=600)
    assert said.startswith("wdsr-a0-tiny-s0: passed over; ")
    assert "gone, or not the weights" in said
    assert done == "wdsr-a1-5-tiny-s0: published as wdsr-a1-5-tiny"


def test_a_run_whose_data_are_not_here_is_not_for_this_machine(monkeypatch):
    runs = grid.runs("classify", "bench")
    monkeypatch.setattr("hfsr.data.catalogue.paths.find_data", lambda name: None)
    assert not backlog.has_data(runs["cifar10-original-bench-s0"])
    assert backlog.has_data(grid.runs("superres", "quick")["wdsr-a0-quick-s0"])  # on what is embedded
