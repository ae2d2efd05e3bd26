import pytest
import torch

from hfsr import images
from hfsr.data import labelled
from hfsr.data import photographs as sets_of_photographs
from hfsr.studies import digests


@pytest.fixture(autouse=True)
def afresh():
    for each in (digests._photographs, digests._labelled):
        each.cache_clear()
    yield
    for each in (digests._photographs, digests._labelled):
        each.cache_clear()


def test_digests_are_those_of_the_sets(folder):
    own = sets_of_photographs.load(str(folder))
    assert digests.photographs(str(folder)) == {"data": folder.name, "data_digest": own.digest}
    held_out = sets_of_photographs.load("embedded-held-out", grey=True)
    grey = sets_of_photographs.load(str(folder), grey=True)
    assert digests.measured(["embedded-held-out", str(folder)]) == {
        "data_digest": {"embedded-held-out": held_out.digest, folder.name: grey.digest}
    }
    assert digests.labelled_set("digits") == {"data_digest": labelled.load("digits").digest}


def test_what_is_not_here_has_none(monkeypatch):
    monkeypatch.setenv("HFSR_DATA", "/nowhere")
    assert digests.photographs("div2k-train") == {}
    assert digests.measured(["embedded-held-out", "set5"]) == {}
    assert digests.labelled_set("cifar10") == {}


def test_what_comes_later_is_found(monkeypatch, folder):
    monkeypatch.setenv("HFSR_DATA", "/nowhere")
    assert digests.photographs(folder.name) == {}
    monkeypatch.setenv("HFSR_DATA", str(folder.parent))
    assert digests.photographs(folder.name)["data"] == folder.name


def test_a_set_is_read_once(monkeypatch):
    first = (digests.photographs("embedded"), digests.measured(["embedded"]), digests.labelled_set("digits"))
    monkeypatch.setattr(sets_of_photographs, "load", None)
    monkeypatch.setattr(labelled, "load", None)
    assert (digests.photographs("embedded"), digests.measured(["embedded"]), digests.labelled_set("digits")) == first


def test_what_is_measured_on_is_grey_where_it_is_and_what_is_trained_on_never(tmp_path):
    images.write(tmp_path / "grey.png", torch.zeros(1, 8, 8, dtype=torch.uint8))
    own, colour = (sets_of_photographs.load(str(tmp_path), grey=grey).digest for grey in (True, False))
    assert digests.measured([str(tmp_path)])["data_digest"] == {tmp_path.name: own}
    assert digests.photographs(str(tmp_path))["data_digest"] == colour != own
