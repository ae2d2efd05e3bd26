import pytest

from hfsr import paths
from hfsr.analysis import detail
from hfsr.data import photographs
from hfsr.errors import UserError
from hfsr.files import read_json, sha256, write_json
from hfsr.studies import frequency, grid, publish, published, recipes, superres
from hfsr.studies.measurement import Measurement, MeasurementRecord
from hfsr.studies.records import RECORD, WEIGHTS
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun

BENCH = recipes.superres("bench")


@pytest.fixture
def tiny(tiny_study, monkeypatch):
    """The small pictures have fewer frequencies to tell apart."""
    monkeypatch.setattr(detail, "RINGS", 8)
    return tiny_study


def test_a_measurement_is_called_after_its_run():
    run = SuperresRun(Row("wdsr", "1/5"), BENCH, seed=1)
    measured = Measurement(BENCH, run)
    assert (measured.name, measured.title, measured.steps) == (run.name, "wdsr-a1-5", 10_000)
    assert measured.command == "hfsr frequency wdsr-a1-5-bench-s1"
    assert measured.folder == paths.runs() / "frequency" / run.name
    truth = Measurement(BENCH)
    assert (truth.name, truth.title, truth.steps, truth.requires) == ("truth-bench", "truth", 0, ())
    assert measured.model is measured.notebook is truth.model is truth.notebook is None


def test_the_identity_is_that_of_the_run_without_its_data():
    run = SuperresRun(Row("wdsr", "1/5", "random", "image"), BENCH, seed=1)
    asked = run.identity() | {"study": "frequency"}
    del asked["data"], asked["degrade"]  # what is measured is the paper's halving
    assert Measurement(BENCH, run).identity() == asked
    truth = Measurement(BENCH).identity()
    assert truth.keys() == asked.keys()
    assert (truth["method"], truth["recipe_digest"], truth["steps"]) == ("truth", BENCH.digest, 0)
    assert all(truth[key] is None for key in ("alpha", "mask", "reduction", "outside", "seed"))


def test_the_study_is_a_grid_and_is_published(tiny):
    planned = grid.runs("frequency", "tiny")
    assert list(planned) == ["truth-tiny", "bicubic-tiny"] + [
        f"wdsr-{alpha}-tiny-s{seed}" for seed in (0, 1) for alpha in ("a0", "a1-5")
    ]
    assert planned["wdsr-a0-tiny-s1"].command == "hfsr frequency wdsr-a0-tiny-s1"
    for seed in (0, 1):
        frequency.measure(superres.train(SuperresRun(Row("wdsr"), tiny, seed)).name)
    frequency.measure("truth-tiny")
    assert grid.state("frequency", "tiny")["finished"].sum() == 3
    publish.publish_all("superres", "tiny")
    paths_of = publish.publish_all("frequency", "tiny")
    assert [path.name for path in paths_of] == ["truth-tiny.json", "wdsr-a0-tiny-s0.json", "wdsr-a0-tiny-s1.json"]
    assert all(record.problems() == [] for record in published.everything(MeasurementRecord))
    assert len(published.everything(MeasurementRecord)) == 3


def test_a_measurement_of_a_network_that_was_replaced_is_stale(tiny):
    frequency.measure(superres.train(SuperresRun(Row("wdsr"), tiny)).name)
    publish.publish_all("superres", "tiny")
    (record,) = publish.publish_all("frequency", "tiny")
    run = paths.results() / "superres" / "wdsr-a0-tiny.json"
    write_json(run, read_json(run) | {"weights_sha256": "0" * 64})
    reason = "run wdsr-a0-tiny, which it measured, has changed or is not published"
    with pytest.raises(UserError, match=f"stale, {reason}"):
        published.read(MeasurementRecord, record.stem)
    run.unlink()
    assert MeasurementRecord.folder == "frequency"
    with pytest.raises(UserError, match=f"stale, {reason}"):
        published.read(MeasurementRecord, record.stem)


def test_a_record_reads_back_into_its_measurement(tiny):
    run = SuperresRun(Row("wdsr", "1/5", "low", "image"), tiny, seed=1, steps=2)
    superres.train(run)
    for measured in (Measurement(tiny), Measurement(tiny, run)):
        assert frequency.measure(measured.name) == measured.folder
        record = measured.record()
        assert record.run == measured
        assert record.command == measured.command
        assert (measured.identity() | measured.inputs()).items() <= record.made_from().items()
        assert record.speed == (pytest.approx(measured.work.training / record.seconds) if record.seconds else None)


def test_a_run_that_is_neither_here_nor_published_is_waited_for(tiny):
    run = SuperresRun(Row("wdsr"), tiny)
    assert Measurement(tiny, run).requires == (run,)
    superres.train(run)
    assert Measurement(tiny, run).requires == (run,)
    publish.publish_all("superres", "tiny")
    assert Measurement(tiny, run).requires == ()
    path = paths.results() / "superres" / "wdsr-a0-tiny.json"
    write_json(path, read_json(path) | {"recipe_digest": "other"})
    assert Measurement(tiny, run).requires == (run,)  # stale


def test_inputs_are_digests_as_far_as_they_are_known(tiny, pictures, monkeypatch):
    run = SuperresRun(Row("wdsr"), tiny)
    data = {"data_digest": {pictures.name: photographs.load(pictures.name, grey=True).digest}}
    assert Measurement(tiny).inputs() == data | {"network_sha256": None}
    assert Measurement(tiny, run).inputs() == data
    folder = superres.train(run)
    assert Measurement(tiny, run).inputs() == data | {"network_sha256": sha256(folder / WEIGHTS)}
    assert (folder / RECORD).exists()
