import dataclasses
import shutil

import pytest

from hfsr import paths
from hfsr.data import labelled
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.models import WDSR, store
from hfsr.studies import grid, publish, published, recipes, records, sources, superres, upscaled, upscaler
from hfsr.studies.records import RECORD, WEIGHTS
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRecord, SuperresRun
from hfsr.studies.upscaled_set import UpscaledRecord
from hfsr.studies.upscaler import BICUBIC


def test_publishing_copies_weights_and_record_and_the_check_sees_every_change(tiny_study, monkeypatch, tmp_path):
    folder = superres.train(SuperresRun(Row("wdsr", "1/5"), tiny_study))
    target = publish.publish(folder, "wdsr-tiny")
    assert target == tmp_path / "results" / "superres" / "wdsr-tiny.json"
    assert read_json(target) == read_json(folder / RECORD) | {"name": "wdsr-tiny", "model": "wdsr-tiny"}
    assert (paths.weights() / "wdsr-tiny.safetensors").read_bytes() == (folder / WEIGHTS).read_bytes()
    record = published.read(SuperresRecord, "wdsr-tiny")
    assert isinstance(store.load_model("wdsr-tiny"), WDSR)
    table = published.table("superres")
    assert list(table.index) == ["wdsr-tiny"]
    assert table.loc["wdsr-tiny", "alpha"] == 0.2

    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny_study, batch=4))
    assert record.problems() == ["recipe tiny has changed"]
    monkeypatch.setitem(recipes.SUPERRES, "tiny", tiny_study)
    store.save(paths.weights() / "wdsr-tiny.safetensors", WDSR(blocks=1))
    with pytest.raises(
        UserError, match=r"superres/wdsr-tiny.json: stale, weights wdsr-tiny have changed .*: run `hfsr train"
    ):
        published.read(SuperresRecord, "wdsr-tiny")


def test_without_a_name_only_the_record_is_published(tiny_study):
    folder = superres.train(SuperresRun(Row("wdsr", "1/5"), tiny_study, seed=1))
    target = publish.publish(folder)
    assert target == paths.results() / "superres" / "wdsr-a1-5-tiny-s1.json"
    assert (read_json(target)["name"], read_json(target)["model"]) == ("wdsr-a1-5-tiny-s1", None)
    assert not paths.weights().exists()
    assert published.read(SuperresRecord, "wdsr-a1-5-tiny-s1").problems() == []


def test_the_main_rows_weights_of_every_seed_are_published_beside_the_records(tiny_study, monkeypatch):
    monkeypatch.setattr(SuperresRun, "is_shared", property(lambda run: run.seed == 1))
    run = SuperresRun(Row("wdsr", "1/5"), tiny_study, seed=1)
    folder = superres.train(run)
    publish.publish(folder, run.model)
    kept = paths.seeds_weights() / "wdsr-a1-5-tiny-s1.safetensors"
    assert kept.read_bytes() == (folder / WEIGHTS).read_bytes()
    assert not paths.weights().exists()
    shutil.rmtree(folder)
    assert sources.is_published(run)
    assert (sources.of(run).weights, sources.of(run).record) == (kept, "wdsr-a1-5-tiny-s1")
    assert published.read(SuperresRecord, "wdsr-a1-5-tiny-s1").problems() == []
    store.save(kept, WDSR(blocks=1))
    with pytest.raises(UserError, match="stale, weights wdsr-a1-5-tiny-s1 have changed"):
        published.read(SuperresRecord, "wdsr-a1-5-tiny-s1")


def test_a_control_keeps_its_name_and_its_weights_lie_beside_the_package(tiny_study):
    run = SuperresRun(Row("wdsr", "1/5", mask="low"), tiny_study)
    target = publish.publish(superres.train(run), run.model)
    assert read_json(target)["model"] == "wdsr-a1-5-low-tiny"
    assert paths.find_weights("wdsr-a1-5-low-tiny") == paths.seeds_weights() / "wdsr-a1-5-low-tiny.safetensors"
    assert not paths.weights().exists()
    assert published.read(SuperresRecord, "wdsr-a1-5-low-tiny").problems() == []


def test_which_runs_share_their_weights():
    shared = [run.name for run in grid.runs("superres", "bench").values() if run.is_shared]
    assert len(shared) == 27
    assert shared[:2] == ["wdsr-a0-bench-s1", "wdsr-a1-5-bench-s1"]
    assert not any(run.is_shared for run in grid.runs("superres", "bench", steps=2).values())
    assert not any(run.is_shared for run in grid.runs("superres", "long").values())


def test_publishing_what_is_not_finished_or_not_measured_is_refused(tiny_study, tmp_path):
    with pytest.raises(UserError, match="no finished run lies here"):
        publish.publish(tmp_path, "x")
    with pytest.raises(UserError, match="a name is of small letters"):
        publish.publish(tmp_path, "../x")
    folder = superres.train(SuperresRun(Row("wdsr"), tiny_study))
    (folder / WEIGHTS).unlink()
    with pytest.raises(UserError, match="gone, or not the weights that the record was measured on"):
        publish.publish(folder, "x")
    store.save(folder / WEIGHTS, WDSR(blocks=1))
    with pytest.raises(UserError, match="not the weights that the record was measured on"):
        publish.publish(folder, "x")
    with pytest.raises(UserError, match="not the weights that the record was measured on"):
        publish.publish(folder)
    assert not paths.results().exists()
    assert not paths.weights().exists()


def test_what_has_no_weights_gets_no_name(tiny_study):
    folder = superres.train(SuperresRun(Row("bicubic"), tiny_study))
    with pytest.raises(UserError, match="leaves no weights to be called mine; leave out the name"):
        publish.publish(folder, "mine")
    assert not paths.results().exists()
    assert not paths.weights().exists()


def test_without_a_place_for_the_record_no_weights_are_published(tiny_study, monkeypatch):
    folder = superres.train(SuperresRun(Row("wdsr"), tiny_study))

    def nowhere():
        raise UserError("no checkout")

    monkeypatch.setattr(paths, "results", nowhere)
    with pytest.raises(UserError, match="no checkout"):
        publish.publish(folder, "mine")
    assert not paths.weights().exists()


def test_a_record_whose_weights_nobody_gets_is_published_without_them(tiny_study):
    """Such as one of another machine, from which they were not brought."""
    folder = superres.train(SuperresRun(Row("wdsr"), tiny_study, seed=1))
    (folder / WEIGHTS).unlink()
    assert publish.publish(folder).stem == "wdsr-a0-tiny-s1"


def test_what_is_no_record_is_not_published(tiny_study):
    folder = superres.train(SuperresRun(Row("wdsr"), tiny_study))
    content = read_json(folder / RECORD)
    write_json(folder / RECORD, content | {"study": "nothing"})
    with pytest.raises(UserError, match="study = 'nothing' is none of superres, upscaled, classify, frequency"):
        publish.publish(folder)
    for other in ([content], content | {"study": ["superres"]}):
        write_json(folder / RECORD, other)
        with pytest.raises(UserError, match=r"record.json: study = .* is none of superres"):
            publish.publish(folder)
    write_json(folder / RECORD, content | {"seed": "zero"})
    with pytest.raises(UserError, match=r"not a record of superres: .*seed"):
        publish.publish(folder)
    assert not paths.results().exists()


def test_publishing_a_study_takes_what_is_finished_and_one_seeds_weights(tiny_study):
    superres.train(SuperresRun(Row("bicubic"), tiny_study))
    for seed in (0, 1):
        superres.train(SuperresRun(Row("wdsr"), tiny_study, seed))
    targets = publish.publish_all("superres", "tiny")
    assert [path.name for path in targets] == ["bicubic-tiny.json", "wdsr-a0-tiny.json", "wdsr-a0-tiny-s1.json"]
    assert [path.name for path in paths.weights().iterdir()] == ["wdsr-a0-tiny.safetensors"]
    assert published.table("superres")["model"].dropna().to_dict() == {"wdsr-a0-tiny": "wdsr-a0-tiny"}
    assert all(records.read(path, SuperresRecord).problems() == [] for path in targets)


def test_upscaled_sets_are_published_with_the_classifiers_that_read_them(tmp_path, monkeypatch):
    for kind in ("runs", "results"):
        monkeypatch.setattr(paths, kind, lambda kind=kind: tmp_path / kind)
    upscaled.make(labelled.load("digits"), BICUBIC)
    (target,) = publish.publish_all("classify", "quick")
    assert target == tmp_path / "results" / "upscaled" / "digits-bicubic.json"
    record = read_json(target)
    assert records.read(target, UpscaledRecord).problems() == []
    network = {"method": "wdsr-a1-5-quick", "enlarger_sha256": "of a network that is published nowhere"}
    (run,) = grid.runs("classify", "quick")["digits-wdsr-a1-5-quick-quick-s0"].requires
    content = {key: value for key, value in record.items() if key not in ("name", "model")} | network
    write_json(run.folder / RECORD, content)
    assert run.is_finished
    assert publish.publish_all("classify", "quick") == [target]


def test_an_upscaled_set_is_published_without_its_images(tmp_path, monkeypatch):
    for kind in ("runs", "results"):
        monkeypatch.setattr(paths, kind, lambda kind=kind: tmp_path / kind)
    digits = labelled.load("digits")
    few = {"train_images": digits.train_images[:50], "train_labels": digits.train_labels[:50]}
    few |= {"test_images": digits.test_images[:13], "test_labels": digits.test_labels[:13]}
    target = publish.publish(upscaled.make(dataclasses.replace(digits, **few), upscaler.called("wdsr-a1-5")))
    assert target == tmp_path / "results" / "upscaled" / "digits-wdsr-a1-5.json"
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert published.read(UpscaledRecord, "digits-wdsr-a1-5").problems() == []
    assert published.table("upscaled").loc["digits-wdsr-a1-5", "digits/test_png_bytes"] > 0
    write_json(target, read_json(target) | {"enlarger_sha256": "0" * 64})
    stale = records.read(target, UpscaledRecord)
    assert stale.problems() == ["weights wdsr-a1-5 have changed or are missing"]


def test_nothing_takes_the_place_of_another_runs_model(tiny_study):
    plain, method = (SuperresRun(Row("wdsr", *alpha), tiny_study) for alpha in ((), ("1/5",)))
    target = publish.publish(superres.train(plain), "mine")
    weights = paths.weights() / "mine.safetensors"
    before = target.read_bytes(), weights.read_bytes()
    folder = superres.train(method)
    with pytest.raises(UserError, match=r"^mine: wdsr-a0-tiny-s0 is published by this name; choose another$"):
        publish.publish(folder, "mine")
    target.unlink()  # as that of a classifier lies elsewhere
    with pytest.raises(UserError, match=r"^mine: another network is published by this name"):
        publish.publish(folder, "mine")
    assert publish.publish(plain.folder, "mine") == target
    assert (target.read_bytes(), weights.read_bytes()) == before


def test_what_is_stale_or_damaged_gives_way(tiny_study, monkeypatch):
    folder = superres.train(SuperresRun(Row("wdsr", "1/5"), tiny_study))
    target = publish.publish(folder, "mine")
    published_once = target.read_bytes()
    target.write_text("{")
    assert publish.publish(folder, "mine").read_bytes() == published_once
    changed = dataclasses.replace(tiny_study, steps=tiny_study.steps + 1)
    monkeypatch.setitem(recipes.SUPERRES, "tiny", changed)
    shutil.rmtree(folder)
    publish.publish(superres.train(SuperresRun(Row("wdsr", "1/5"), changed)), "mine")
    assert read_json(target)["steps"] == changed.steps


def test_a_run_that_its_command_would_make_otherwise_is_not_published(tiny_study, monkeypatch):
    folder = superres.train(SuperresRun(Row("wdsr", "1/5"), tiny_study))
    before = publish.publish(folder, "mine").read_bytes()
    monkeypatch.setitem(recipes.SUPERRES, "tiny", dataclasses.replace(tiny_study, crop=tiny_study.crop + 2))
    with pytest.raises(
        UserError, match=r"not what its command makes now \(recipe_digest = '\w+', not '\w+'\); move it away"
    ):
        publish.publish(folder, "mine")
    assert (paths.results() / "superres" / "mine.json").read_bytes() == before


def test_a_folder_is_published_from_inside_and_what_is_none_is_named(tiny_study, monkeypatch, tmp_path):
    monkeypatch.chdir(superres.train(SuperresRun(Row("bicubic"), tiny_study)))
    assert publish.publish(".").stem == "bicubic-tiny"
    with pytest.raises(UserError, match="NoSuch: no finished run lies here"):
        publish.publish("NoSuch")
