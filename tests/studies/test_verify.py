import dataclasses

import pytest

from hfsr import paths
from hfsr.analysis import detail
from hfsr.data import checksums, labelled
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import (
    frequency,
    published,
    recipes,
    recompute,
    sources,
    superres,
    superres_run,
    tolerance,
    upscaled,
    verified,
    verify,
)
from hfsr.studies.publish import publish
from hfsr.studies.rerun import Again
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.studies.upscaler import BICUBIC
from hfsr.training import hardware


@pytest.fixture(autouse=True)
def fresh():
    """Sets are read once a process; here they change."""
    for kept in (recompute._load, recompute._differences, recompute._shares):
        kept.cache_clear()


@pytest.fixture
def study(tiny_study, monkeypatch):
    """A published network, what it measured, bicubic interpolation, and a set that it upscaled."""
    monkeypatch.setattr(detail, "RINGS", 8)
    monkeypatch.setattr("hfsr.studies.derived.RINGS", 8)
    run = SuperresRun(Row("wdsr", "1/5"), tiny_study)
    publish(superres.train(run), run.model)
    publish(superres.train(SuperresRun(Row("bicubic"), tiny_study)))
    publish(frequency.measure(run.name))
    publish(upscaled.make(labelled.load("digits"), BICUBIC))
    return tiny_study


def outcomes(**options: object) -> dict[str, verify.Check]:
    return {check.record: check for check in verify.verify(**options)}


def edit(place: str, *path: str | int, by: object) -> None:
    file = paths.results() / f"{place}.json"
    content = read_json(file)
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = by
    write_json(file, content)


PLACES = ["frequency/wdsr-a1-5-tiny-s0", "superres/bicubic-tiny", "superres/wdsr-a1-5-tiny", "upscaled/digits-bicubic"]


def test_what_was_made_here_is_identical_here(study):
    found = outcomes()
    assert sorted(found) == PLACES
    assert (
        {check.derived for check in found.values()} == {check.recomputed for check in found.values()} == {"identical"}
    )
    assert not any(check.differs or check.largest for check in found.values())
    assert found["superres/wdsr-a1-5-tiny"].numbers == 3 * 6 + 1  # six metrics of three pictures, and a fraction
    assert found["superres/wdsr-a1-5-tiny"].notes == []


def test_a_number_edited_with_all_that_follows_from_it_is_caught(study):
    name = f"{study.data}/psnr_y_border2"
    values = read_json(paths.results() / "superres/wdsr-a1-5-tiny.json")["per_image"][study.data]["psnr_y_border2"]
    better = [value + 0.01 for value in values]
    edit("superres/wdsr-a1-5-tiny", "per_image", study.data, "psnr_y_border2", by=better)
    assert outcomes()["superres/wdsr-a1-5-tiny"].derived == "differs"
    edit("superres/wdsr-a1-5-tiny", "metrics", name, by=sum(better) / 3)
    check = outcomes()["superres/wdsr-a1-5-tiny"]
    assert check.recomputed == "differs"
    assert check.largest[name] == pytest.approx(0.01)
    assert any(note.startswith(f"{name}, number 1, is {better[0]}; {values[0]} came out") for note in check.notes)


@pytest.mark.parametrize(
    ("place", "path", "by"),
    [
        ("superres/wdsr-a1-5-tiny", ("metrics", "train/selected_fraction"), 0.123),
        ("frequency/wdsr-a1-5-tiny-s0", ("per_image", "pictures0", "png_bytes", 1), 999),
        ("frequency/wdsr-a1-5-tiny-s0", ("curves", "pictures0", "error", "mean", 3), 0.5),
        ("upscaled/digits-bicubic", ("thousands", "digits/test_png_bytes", 0), 999),
    ],
)
def test_numbers_of_every_kind_are_computed_again(study, place, path, by):
    edit(place, *(study.data if key == "pictures0" else key for key in path), by=by)
    assert outcomes()[place].recomputed == "differs"


def test_a_number_that_a_record_lacks_is_named(study):
    record = paths.results() / "superres/bicubic-tiny.json"
    content = read_json(record)
    del content["per_image"][study.data]["psnr_y_border2"], content["metrics"][f"{study.data}/psnr_y_border2"]
    write_json(record, content)
    check = outcomes()["superres/bicubic-tiny"]
    assert (check.derived, check.recomputed) == ("identical", "differs")
    assert check.notes == [f"{study.data}/psnr_y_border2 has 0 values, 3 came out"]


def test_a_record_of_a_recipe_that_is_gone_is_named_and_the_rest_checked(study, monkeypatch):
    edit("superres/bicubic-tiny", "recipe", by="gone")
    found = outcomes()
    assert (found["superres/bicubic-tiny"].derived, found["superres/bicubic-tiny"].recomputed) == (
        "differs",
        "cannot be checked here",
    )
    assert any("no recipe is called 'gone'" in note for note in found["superres/bicubic-tiny"].notes)
    assert found["upscaled/digits-bicubic"].recomputed == "identical"


def test_a_digest_of_an_upscaled_set_is_checked_where_the_set_is_named(study):
    edit("upscaled/digits-bicubic", "sha256", by="0" * 64)
    assert outcomes()["upscaled/digits-bicubic"].recomputed == "identical"
    assert any("all but 360 of its images" in note for note in outcomes()["upscaled/digits-bicubic"].notes)
    (check,) = verify.verify(["digits-bicubic"])
    assert check.recomputed == "differs"
    assert check.notes[0].startswith("sha256 is 0000000000000000, ")


def test_a_network_that_is_not_published_cannot_be_checked_and_says_why(study):
    (paths.weights() / "wdsr-a1-5-tiny.safetensors").unlink()
    check = outcomes()["superres/wdsr-a1-5-tiny"]
    assert any("weights are not published; `hfsr train --method wdsr" in note for note in check.notes)
    record = paths.results() / "superres/wdsr-a1-5-tiny.json"
    write_json(record, read_json(record) | {"model": None, "name": "wdsr-a1-5-tiny-s0"})
    record.rename(record.with_name("wdsr-a1-5-tiny-s0.json"))
    check = outcomes()["superres/wdsr-a1-5-tiny-s0"]
    assert (check.derived, check.numbers) == ("identical", 1)  # the fraction needs no network
    assert outcomes()["frequency/wdsr-a1-5-tiny-s0"].recomputed == "cannot be checked here"


def test_weights_beside_the_records_are_found(study, tmp_path):
    record = published.stale_or_not(superres_run.SuperresRecord)["wdsr-a1-5-tiny"]
    moved = paths.results() / "weights/wdsr-a1-5-tiny.safetensors"
    moved.parent.mkdir()
    assert sources.weights(record) == paths.weights() / "wdsr-a1-5-tiny.safetensors"
    sources.weights(record).rename(moved)
    assert sources.weights(record) == moved
    assert recompute.again(record).missing == []


def test_a_set_that_is_not_here_or_has_other_pictures_is_named(study, monkeypatch):
    monkeypatch.setattr(checksums, "known", lambda: {study.data: {"0": "other"}})
    found = outcomes()["superres/bicubic-tiny"]
    assert found.recomputed == "cannot be checked here"
    assert found.notes == [f"not checked: {study.data} has other pictures here: 1.png does not belong to the set"]
    fresh_roots = str(paths.results() / "nowhere")
    monkeypatch.setenv("HFSR_DATA", fresh_roots)
    recompute._load.cache_clear()
    assert outcomes()["superres/bicubic-tiny"].notes == [f"not checked: {study.data} is not here"]


def test_quick_trains_what_the_recipe_made_and_leaves_the_rest(study, monkeypatch):
    monkeypatch.setattr(recompute, "SHORT", "tiny")
    monkeypatch.setattr(verify, "SHORT", "tiny")
    found = outcomes(quick=True)
    assert {check.recomputed for check in found.values()} == {"identical"}
    assert [name for name, check in found.items() if check.trained] == ["superres/wdsr-a1-5-tiny"]
    monkeypatch.setattr(verify, "SHORT", "other")
    left = {name for name, check in outcomes(quick=True).items() if check.recomputed == "not asked"}
    assert left == set(PLACES) - {"upscaled/digits-bicubic"}


def test_records_are_called_with_or_without_their_study(study):
    assert list(outcomes(names=["superres/bicubic-tiny"])) == ["superres/bicubic-tiny"]
    assert sorted(outcomes(names=["wdsr-a1-5-tiny-s0", "bicubic-tiny"])) == PLACES[:2]
    with pytest.raises(UserError, match="no published record is called 'wdsr-a9'"):
        outcomes(names=["wdsr-a9"])


def judged(said: float, here: float, name: str = "set5/psnr_y_border2", trained: bool = False) -> str:
    return verify.judge(Again(pairs={name: ([said], [here])}, trained=trained))[0]


def test_the_limits_divide_rounding_from_difference():
    limit = tolerance.limit("set5/psnr_y_border2", trained=False)
    assert judged(30.0, 30.0) == "identical"
    assert judged(30.0, 30.0 + 0.9 * limit) == "within tolerance"
    assert judged(30.0, 30.0 + 1.1 * limit) == judged(30.0, float("nan")) == "differs"
    assert judged(30.0, 30.0 + 1.1 * limit, trained=True) == "within tolerance"
    assert judged(0.5, 0.5 + 1e-9, "train/selected_fraction") == "differs"
    assert judged(100_000, 100_050, "cifar10/test_png_bytes") == "within tolerance"
    assert judged(100_000, 100_200, "set5/png_bytes_strongest") == "differs"
    assert judged(0.95, 0.93, "digits/test_accuracy", trained=True) == "within tolerance"
    assert verify.judge(Again())[0] == "cannot be checked here"


def test_numbers_are_not_lost_in_a_shorter_list():
    assert verify.judge(Again(pairs={"set5/recovered": ([1.0, 1.0], [1.0])}))[0] == "differs"


def test_equal_numbers_with_another_digest_differ():
    pairs = {"digits/test_png_bytes": ([100.0], [100.0])}
    assert verify.judge(Again(pairs=pairs, texts={"sha256": ("a", "b")}))[0] == "differs"
    near = {"digits/test_png_bytes": ([100_000.0], [100_001.0])}
    assert verify.judge(Again(pairs=near, texts={"sha256": ("a", "b")}))[0] == "within tolerance"


def test_bf16_without_units_is_compared_with_float32_and_says_so(study, monkeypatch):
    edit("upscaled/digits-bicubic", "precision", by="bf16")
    monkeypatch.setattr(hardware, "bf16_units", lambda: False)
    assert any("no units" in note for note in outcomes()["upscaled/digits-bicubic"].notes)


def test_a_verification_is_published_and_read_back(study):
    edit("superres/bicubic-tiny", "seconds", by=1.0)
    edit("frequency/wdsr-a1-5-tiny-s0", "steps", by=5)
    checks = list(verify.verify())
    made = verified.made(checks, "hfsr verify")
    assert made.counts == {"identical": 4, "differs": 1}
    first, second = verified.publish(made), verified.publish(made)
    assert first.parent == paths.results() / "verified"
    assert verified.everything() == {first.stem: made, second.stem: made}
    assert len(published.files()) == len(PLACES)  # it is no record of a run
    assert "verified" not in published.table().index


def test_the_largest_difference_of_each_metric_is_kept_by_way():
    check = verify.Check(
        record="superres/a", derived="identical", recomputed="within tolerance", largest={"set5/ssim": 0.1, "set14/ssim": 0.2},
        numbers=2, trained=False, notes=[],
    )  # fmt: skip
    trained = dataclasses.replace(check, trained=True)
    made = verified.made([check, trained], "hfsr verify")
    assert made.largest == {"ssim": 0.2, "trained: ssim": 0.2}


def test_short_runs_of_each_kind_are_published():
    """What `hfsr verify --quick` computes again."""
    places = {file.relative_to(paths.results()).as_posix() for file in published.files()}
    short = {place for place in places if "-quick" in place or place.startswith("upscaled/digits")}
    assert {place.partition("/")[0] for place in short} == {"superres", "upscaled", "classify", "frequency"}
    assert recompute.SHORT in recipes.SUPERRES


def test_the_largest_difference_of_a_metric_is_that_of_all_sets():
    check = verify.Check(
        record="superres/a",
        derived="identical",
        recomputed="within tolerance",
        largest={"set5/ssim": 0.2, "set14/ssim": 0.1},
        numbers=2,
        trained=False,
        notes=[],
    )
    assert verified.made([check], "hfsr verify").largest == {"ssim": 0.2}


@pytest.mark.parametrize(("briefly", "outcome"), [(True, "within tolerance"), (False, "differs")])
def test_a_short_training_may_come_out_further_away(briefly, outcome):
    again = Again(pairs={"set5/psnr_y_border2": ([30.0], [30.2])}, trained=True, briefly=briefly)
    assert verify.judge(again)[0] == outcome
