import math

import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import cost, flops, recipes, runs, study, superres_runs


@pytest.fixture(autouse=True)
def afresh():
    """No test knows the speeds of another's records."""
    caches = (cost.speed, cost._records)
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()


def job(name: str, of: str = "superres", recipe: str = "paper") -> study.Job:
    return study.jobs(of, recipe)[name]


def test_hours_are_those_of_the_records():
    """A run of the recipe that the speed is from takes what such runs took, in the median."""
    table = runs.load_records("superres")
    took = table[(table["recipe"] == "bench") & (table["method"] == "wdsr")].groupby("device")["seconds"].median()
    estimated = 3600 * cost.hours(job("wdsr-a1-5-bench-s0", recipe="bench"))
    assert 0.5 * took.min() < estimated < 2 * took.min()


def test_a_study_without_records_is_estimated_and_says_so(monkeypatch):
    monkeypatch.setattr(cost, "_records", lambda of: [])
    assert cost.speed("superres") is None
    assert math.isnan(cost.hours(job("wdsr-a0-paper-s0")))
    assert cost.minutes(job("wdsr-a0-paper-s0")) == cost.LOADING
    assert set(cost.sources("quick").values()) == {"no records; as super-resolution per operation"}


def test_the_fastest_device_is_taken(monkeypatch):
    made = superres_runs.settings(recipe="bench")
    records = [made | {"device": name, "seconds": seconds} for name, seconds in (("a", 100), ("b", 10), ("b", 30))]
    monkeypatch.setattr(cost, "_records", lambda of: records)
    speed = cost.speed("superres")
    assert speed.device == "b"
    assert speed.rate == pytest.approx(flops.operations(made) * (1 / 10 + 1 / 30) / 2)


def test_enlarging_is_timed_by_its_images(monkeypatch):
    made = {"study": "enlarged", "method": "wdsr-a0", "data": "cifar10", "images_per_second": 300.0, "device": "a"}
    monkeypatch.setattr(cost, "_records", lambda of: [made])
    (enlarged,) = job("cifar10-wdsr-a0-paper-paper-s0", "classify").before
    assert cost.hours(enlarged) == pytest.approx(60_000 / 300 / 3600)


def test_a_plan_has_a_line_a_row_and_every_job():
    plan = cost.plan("paper")
    assert plan["jobs"].sum() == len(cost.everything("paper")) == 8 + 16 + 18 + 9
    assert (
        plan.loc[("classify", "cifar10-wdsr-a1-5-paper"), "hours each"]
        > plan.loc[("classify", "cifar10-original"), "hours each"]
    )
    assert plan.loc[("enlarged", "cifar10-bicubic"), "GB"] == pytest.approx(60_000 * 3 * 64 * 64 / 1e9)
    assert cost.plan("bench").loc[("superres", "wdsr-a1-5"), "jobs"] == 3
    with pytest.raises(UserError, match="no recipe is called 'nope'"):
        cost.plan("nope")


def test_the_longest_chain_is_network_set_classifier():
    network = job("wdsr-a1-5-paper-s0")
    classifier = job("cifar10-wdsr-a1-5-paper-paper-s0", "classify")
    (enlarged,) = classifier.before
    assert enlarged.before == (network,)
    expected = sum(cost.hours(each) for each in (network, enlarged, classifier))
    assert cost.critical(cost.everything("paper")) == pytest.approx(expected)


def test_a_stale_record_tells_no_speed_and_stops_nothing(tmp_path, monkeypatch):
    """What a change made stale is there to be made anew, by a workflow that asks how long it takes."""
    record = read_json(paths.results() / "superres" / "wdsr-a0.json")
    write_json(tmp_path / "superres" / "wdsr-a0.json", record | {"recipe_digest": "of another recipe"})
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    assert cost.speed("superres") is None
    assert cost.minutes(job("wdsr-a0-paper-s0")) == cost.LOADING


def test_a_process_of_several_counts_for_itself(monkeypatch):
    made = superres_runs.settings(recipe="bench") | {"device": "a", "seconds": 10.0}
    monkeypatch.setattr(cost, "_records", lambda of: [made | {"processes": 4}])
    assert cost.speed("superres").rate == pytest.approx(flops.operations(made) / 10 / 4)


def test_rows_of_a_plan_are_of_equal_jobs():
    plan = cost.plan("bench")
    assert (plan["jobs"] * plan["hours each"]).to_numpy() == pytest.approx(plan["hours"].to_numpy())
    assert plan.loc[("classify", "cifar10-srcnn"), "jobs"] == len(recipes.classify("bench").seeds)


def test_gpus_are_for_networks():
    asked = {name: cost.gpus(one) for name, one in study.jobs("frequency", "bench").items()}
    assert (asked["truth-bench"], asked["bicubic-bench"], asked["wdsr-a0-bench-s0"]) == (0, 0, 1)
    assert cost.gpus(job("cifar10-bicubic-paper-s0", "classify")) == 1
    assert cost.gpus(job("cifar10-bicubic-paper-s0", "classify").before[0]) == 0


def test_memory_and_disk_follow_from_the_data_and_the_network():
    assert cost.memory(job("wdsr-a0-paper-s0")) > 8000 > cost.memory(job("wdsr-a0-bench-s0", recipe="bench"))
    small, large = (job(f"cifar10-{method}-paper-s0", "classify") for method in ("original", "bicubic"))
    # Four times the activations of 164 layers, beside the same images.
    assert cost.memory(large) - cost.memory(large.before[0]) > 3.9 * (cost.memory(small) - cost.memory(large.before[0]))
    checkpoint = cost.disk(job("wdsr-a0-paper-s0"))
    assert 14 * 0.59 < checkpoint < 14 * 0.61  # 0.6 million parameters, thrice in float32 and once in float16
    assert cost.disk(job("bicubic-paper")) == 0


def test_the_summary_has_every_line_and_the_sums():
    plan, lines = cost.plan("quick"), cost.summary("quick").splitlines()
    assert (
        f"in all: {plan['jobs'].sum()} jobs, {plan['hours'].sum():,.1f} hours, {plan['GB'].sum():.1f} GB on disk"
        in lines
    )
    assert all(any(f" {row} " in line for line in lines) for _, row in plan.index)
    assert [line for line in lines if line.startswith("hours of superres: ")]
