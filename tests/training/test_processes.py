from datetime import timedelta

import pytest
import torch
from launching import TWO, launch

from hfsr.errors import UserError
from hfsr.studies import records, run
from hfsr.studies.classification import ClassifyRecord
from hfsr.studies.records import RECORD
from hfsr.studies.superres_run import SuperresRecord
from hfsr.training import processes
from hfsr.training.augment import Batches
from hfsr.training.augmentation import AUGMENTATION
from hfsr.training.crops import Crops

RUN = """
    import dataclasses, sys
    from hfsr.studies import recipes, superres
    from hfsr.studies.rows import Row
    from hfsr.studies.superres_run import SuperresRun
    from hfsr.training import hardware

    hardware.bf16_units = lambda: False  # in float32 the two differ by less
    recipe = dataclasses.replace(
        recipes.superres("quick"), name="tiny", data={data!r}, watch={data!r}, evaluation=({data!r},), crop=8, batch=4, steps=4,
        blocks=1, checks=2,
    )
    recipes.SUPERRES["tiny"] = recipe
    for mask, reduction in [("high", "image"), *((mask, "batch") for mask in ("high", "random", "uniform", "weighted"))]:
        superres.train(SuperresRun(Row("wdsr", "1/5", mask, reduction), recipe), out=f"{out}/{{mask}}-{{reduction}}")
"""


CLASSIFYING = """
    import dataclasses
    from pathlib import Path
    from hfsr.data import labelled
    from hfsr.studies import classify, recipes, upscaler
    from hfsr.studies.classification import Classification
    from hfsr.training import hardware, processes

    def noted(name, load=labelled.load):
        Path(f"{out}-read-by-{{processes.state().process_index}}").touch()
        return load(name)

    labelled.load = noted
    hardware.bf16_units = lambda: False
    recipe = dataclasses.replace(recipes.classify("quick"), name="tiny", batch=16, steps=4)
    recipes.CLASSIFY["tiny"] = recipe
    classify.train(Classification("digits", upscaler.ORIGINAL, recipe), out={out!r})
"""


# What the main process measures in the end waits until the other one has come to its own end.
MEASURING = """
    import dataclasses, sys, time
    from pathlib import Path
    from hfsr.analysis import evaluation
    from hfsr.studies import recipes, superres
    from hfsr.studies.rows import Row
    from hfsr.studies.superres_run import SuperresRun
    from hfsr.training import processes

    recipe = dataclasses.replace(
        recipes.superres("quick"), name="tiny", data={data!r}, watch={data!r}, evaluation=({data!r},), crop=8, batch=2, steps=2,
        blocks=1, checks=1,
    )
    recipes.SUPERRES["tiny"] = recipe
    left, evaluate = Path({out!r} + "-left"), evaluation.evaluate

    def measured(*arguments):
        limit = time.monotonic() + 60
        while not left.exists():
            assert time.monotonic() < limit, "the other process waits"
            time.sleep(0.05)
        return evaluate(*arguments)

    evaluation.evaluate = measured
    superres.train(SuperresRun(Row("wdsr"), recipe), out={out!r})
    if not processes.is_main():
        left.touch()
"""


@pytest.mark.processes
def test_two_processes_see_the_batches_of_one_and_its_losses(tmp_path, folder):
    alone = launch(RUN, folder, tmp_path / "one")
    together = launch(RUN, folder, tmp_path / "two", *TWO)
    assert alone.returncode == together.returncode == 0, alone.stderr + together.stderr
    for name in ("high-batch", "high-image", "random-batch", "uniform-batch", "weighted-batch"):
        one, two = (run.log(tmp_path / count / name) for count in ("one", "two"))
        assert len(one) == 4
        assert one["loss"].to_list() == pytest.approx(two["loss"].to_list(), rel=1e-4)
        assert len(set(one["loss"])) == 4
        left = [records.read(tmp_path / count / name / RECORD, SuperresRecord) for count in ("one", "two")]
        assert [record.processes for record in left] == [1, 2]
        assert left[0].metrics == pytest.approx(left[1].metrics, rel=1e-3)


@pytest.mark.processes
def test_two_processes_train_a_classifier_as_one_does(tmp_path, folder):
    """But for batch normalisation, whose statistics are of each process's own images."""
    for count, launcher in (("one", ()), ("two", TWO)):
        ended = launch(CLASSIFYING, folder, tmp_path / count, *launcher)
        assert ended.returncode == 0, ended.stderr
    one, two = (run.log(tmp_path / count) for count in ("one", "two"))
    assert one["loss"].to_list() == pytest.approx(two["loss"].to_list(), rel=0.1)
    left = [records.read(tmp_path / count / RECORD, ClassifyRecord) for count in ("one", "two")]
    assert [record.processes for record in left] == [1, 2]
    assert left[0].data == left[1].data
    assert [path.name for path in tmp_path.glob("two-read-by-*")] == ["two-read-by-0"]


def test_a_process_knows_its_gpu_before_images_are_sent(monkeypatch):
    """Only then does "cuda" mean this process's own."""
    order, own, to = [], processes.own, torch.Tensor.to
    monkeypatch.setattr(processes, "own", lambda batch: order.append("own") or own(batch))
    monkeypatch.setattr(torch.Tensor, "to", lambda *arguments: order.append("to") or to(*arguments))
    images = torch.zeros(4, 3, 8, 8, dtype=torch.uint8)
    Batches(images, torch.arange(4), batch=2, augmentation=AUGMENTATION["digits"], seed=0)
    assert order[0] == "own"
    assert "to" in order


@pytest.mark.processes
def test_no_process_waits_while_the_main_one_measures_the_finished_network(tmp_path, folder):
    ended = launch(MEASURING, folder, tmp_path / "run", *TWO)
    assert ended.returncode == 0, ended.stderr
    assert records.read(tmp_path / "run" / RECORD, SuperresRecord).processes == 2


def test_the_others_are_patient_while_the_main_process_measures_on_the_way(monkeypatch):
    asked = {}
    monkeypatch.setattr(processes, "PartialState", lambda **settings: asked.update(settings))
    processes.state()
    assert asked["timeout"] >= timedelta(hours=1)


@pytest.fixture
def second_of_two(monkeypatch):
    monkeypatch.setattr(processes, "count", lambda: 2)
    monkeypatch.setattr(processes, "state", lambda: type("State", (), {"process_index": 1}))


def test_parts_of_a_batch_are_the_batch(pictures, monkeypatch):
    batch = Crops(pictures, 8, 6, seed=0)(0)
    monkeypatch.setattr(processes, "count", lambda: 2)
    parts = []
    for index in range(2):
        monkeypatch.setattr(processes, "state", lambda index=index: type("State", (), {"process_index": index}))
        parts.append(Crops(pictures, 8, 6, seed=0)(0))
    for place in range(6):
        for own, whole in zip(parts[place % 2], batch, strict=True):
            assert len(own) == 3
            assert torch.equal(own[place // 2], whole[place])


def test_a_batch_that_does_not_go_into_the_processes_is_refused(second_of_two, pictures):
    with pytest.raises(UserError, match="a batch of 3 does not go evenly into 2 processes"):
        Crops(pictures, 8, 3, seed=0)
    assert list(range(4))[processes.own(4)] == [1, 3]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_mean_is_taken_over_the_processes_where_there_are_several(monkeypatch, count):
    asked = []
    monkeypatch.setattr(processes, "count", lambda: count)
    monkeypatch.setattr(processes, "reduce", lambda *words: asked.append(words) or torch.tensor(7.0))
    value = torch.tensor(3.0)
    assert processes.mean(value) == (7.0 if count > 1 else 3.0)
    assert asked == [(value, "mean")] * (count > 1)


@pytest.mark.parametrize("counts", [(3, 5), (0, 4), (0, 0), (1, 0)])
def test_weighted_means_average_to_the_mean_of_all_elements(counts, monkeypatch):
    """What two processes of so many selected elements each make of their own means."""
    assert processes.weight(torch.tensor(counts[0])) == 1  # of one process

    def mean(value: torch.Tensor) -> torch.Tensor:
        assert value.dtype == torch.float64
        return torch.tensor(sum(counts) / 2, dtype=torch.float64)

    sums = [7.0 * count for count in counts]
    monkeypatch.setattr(processes, "count", lambda: 2)
    monkeypatch.setattr(processes, "mean", mean)
    weighted = [
        float(processes.weight(torch.tensor(count))) * total / max(count, 1)
        for count, total in zip(counts, sums, strict=True)
    ]
    assert sum(weighted) / 2 == pytest.approx(sum(sums) / max(sum(counts), 1))
