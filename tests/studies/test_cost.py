import json
import math

import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.studies import cost, grid, published, recipes, speeds, trial
from hfsr.studies.run import Run
from hfsr.training import hardware

RESULTS = paths.results()


@pytest.fixture(autouse=True)
def afresh():
    """No test knows the speeds of another's records."""
    speeds.speed.cache_clear()
    yield
    speeds.speed.cache_clear()


@pytest.fixture
def publish(monkeypatch, tmp_path):
    """Put records in place of the published ones: called with a published record's name, once a record and its changes."""
    monkeypatch.setattr(paths, "results", lambda: tmp_path)

    def put(study: str, name: str, *changes: dict[str, object]) -> None:
        for place, change in enumerate(changes):
            write_json(tmp_path / study / f"{name}-{place}.json", read_json(RESULTS / study / f"{name}.json") | change)

    return put


def run(name: str, study: str = "superres", recipe: str = "paper") -> Run:
    return grid.runs(study, recipe)[name]


def test_hours_are_those_of_the_records():
    """A run of the recipe that the speed is from takes what such runs took, in the median."""
    table = published.table("superres")
    took = table[(table["recipe"] == "bench") & (table["method"] == "wdsr")].groupby("device")["seconds"].median()
    estimated = 3600 * cost.hours(run("wdsr-a1-5-bench-s0", recipe="bench"))
    assert 0.5 * took.min() < estimated < 2 * took.min()


def test_a_study_without_records_is_estimated_and_says_so(publish):
    assert speeds.speed("superres") is None
    assert math.isnan(cost.hours(run("wdsr-a0-paper-s0")))
    assert cost.minutes(run("wdsr-a0-paper-s0")) == cost.LOADING
    assert set(cost.sources("quick").values()) == {"no records; as super-resolution per operation"}


def test_a_classifier_without_records_is_as_fast_as_super_resolution(publish):
    publish("superres", "wdsr-a0", {"device": "a"})
    classifier, measured = run("cifar10-original-paper-s0", "classify"), run("truth-paper", "frequency")
    assert speeds.speed("classify") is speeds.speed("frequency") is None
    assert cost.hours(classifier) == pytest.approx(classifier.work.training / speeds.speed("superres").rate / 3600)
    assert math.isnan(cost.hours(measured))  # pixels are no operations
    assert cost.sources("quick")["superres"] == "its published records, on a"


def test_the_fastest_device_is_taken(publish):
    publish(
        "superres", "wdsr-a0", *({"device": of, "seconds": took} for of, took in (("a", 100), ("b", 10), ("b", 30)))
    )
    speed = speeds.speed("superres")
    assert speed.device == "b"
    done = run("wdsr-a0-bench-s0", recipe="bench").work.training
    assert speed.rate == pytest.approx(done * (1 / 10 + 1 / 30) / 2)


def test_a_gpus_records_time_a_gpus_runs_alone(publish, monkeypatch):
    publish("superres", "wdsr-a0", {"device": "1 x GPU", "seconds": 1}, {"device": "a CPU, 2 cores", "seconds": 100})
    for here, taken in (("my CPU, 8 cores", "a CPU, 2 cores"), ("2 x another GPU", "1 x GPU")):
        monkeypatch.setattr(hardware, "describe", lambda: here)  # noqa: B023
        speeds.speed.cache_clear()
        assert speeds.speed("superres").device == taken


def test_upscaling_is_timed_by_its_images(publish):
    publish("upscaled", "cifar10-wdsr-a0", {"images_per_second": 300.0})
    (upscaled,) = run("cifar10-wdsr-a0-paper-paper-s0", "classify").requires
    assert cost.hours(upscaled) == pytest.approx(60_000 / 300 / 3600)


def test_what_was_not_timed_tells_no_speed(publish):
    publish("upscaled", "cifar10-wdsr-a0", {"images_per_second": None})
    publish("upscaled", "cifar10-bicubic", {})
    publish("superres", "bicubic-bench", {})
    assert speeds.speed("upscaled") is speeds.speed("superres") is None


def test_a_plan_has_a_line_a_row_and_every_run():
    plan = cost.plan("paper")
    assert plan["jobs"].sum() == len(cost.everything("paper")) == 8 + 16 + 18 + 9
    assert (
        plan.loc[("classify", "cifar10-wdsr-a1-5-paper"), "hours each"]
        > plan.loc[("classify", "cifar10-original"), "hours each"]
    )
    assert plan.loc[("upscaled", "cifar10-bicubic"), "GB"] == pytest.approx(60_000 * 3 * 64 * 64 / 1e9)
    assert cost.plan("bench").loc[("superres", "wdsr-a1-5"), "jobs"] == 10
    with pytest.raises(UserError, match="no recipe is called 'nope'"):
        cost.plan("nope")


def test_the_longest_chain_is_network_set_classifier():
    network = run("wdsr-a1-5-paper-s0")
    classifier = run("cifar10-wdsr-a1-5-paper-paper-s0", "classify")
    (upscaled,) = classifier.requires
    assert upscaled.requires == (network,)
    expected = sum(cost.hours(each) for each in (network, upscaled, classifier))
    assert cost.critical(cost.everything("paper")) == pytest.approx(expected)


def test_a_stale_record_tells_no_speed_and_stops_nothing(publish):
    """What a change made stale is there to be made anew, by a workflow that asks how long it takes."""
    publish("superres", "wdsr-a0", {"recipe_digest": "of another recipe"}, {"recipe": "gone"})
    publish("upscaled", "cifar10-wdsr-a0", {"enlarger_sha256": "of another network"}, {"method": "gone"})
    assert speeds.speed("superres") is speeds.speed("upscaled") is None
    assert cost.minutes(run("wdsr-a0-paper-s0")) == cost.LOADING


def test_a_process_of_several_counts_for_itself(publish):
    publish("superres", "wdsr-a0", {"seconds": 10.0, "processes": 4})
    done = run("wdsr-a0-bench-s0", recipe="bench").work.training
    assert speeds.speed("superres").rate == pytest.approx(done / 10 / 4)


@pytest.mark.parametrize("study", ["superres", "upscaled", "classify", "frequency"])
def test_every_study_has_a_speed_on_a_device(study):
    speed = speeds.speed(study)
    devices = {json.loads(path.read_text())["device"] for path in (RESULTS / study).glob("*.json")}
    assert speed.rate > 0
    assert speed.device in devices


def test_rows_of_a_plan_are_of_equal_jobs():
    plan = cost.plan("bench")
    assert (plan["jobs"] * plan["hours each"]).to_numpy() == pytest.approx(plan["hours"].to_numpy(), nan_ok=True)
    assert plan.loc[("classify", "cifar10-srcnn"), "jobs"] == len(recipes.classify("bench").seeds)


def test_gpus_are_for_networks():
    asked = {name: cost.gpus(one) for name, one in grid.runs("frequency", "bench").items()}
    assert (asked["truth-bench"], asked["bicubic-bench"], asked["wdsr-a0-bench-s0"]) == (0, 0, 1)
    assert cost.gpus(run("cifar10-bicubic-paper-s0", "classify")) == 1
    assert cost.gpus(run("cifar10-bicubic-paper-s0", "classify").requires[0]) == 0


def test_memory_and_disk_follow_from_the_data_and_the_network():
    assert (
        cost.machine_memory(run("wdsr-a0-paper-s0"))
        > 8000
        > cost.machine_memory(run("wdsr-a0-bench-s0", recipe="bench"))
    )
    small, large = (run(f"cifar10-{method}-paper-s0", "classify") for method in ("original", "bicubic"))
    # Four times the activations of 164 layers, beside the same images.
    assert cost.machine_memory(large) - cost.machine_memory(large.requires[0]) > 3.9 * (
        cost.machine_memory(small) - cost.machine_memory(large.requires[0])
    )
    checkpoint = run("wdsr-a0-paper-s0").work.disk / 1e6
    assert 14 * 0.59 < checkpoint < 14 * 0.61  # 0.6 million parameters, thrice in float32 and once in float16
    assert run("bicubic-paper").work.disk == 0


def test_the_plan_says_what_a_gpu_must_hold_and_which_one_does():
    plan = cost.plan("quick")
    trained = plan.loc["superres"].drop("bicubic")
    assert (trained["float32"] > trained["GPU GB, bf16"]).all()
    assert (trained["GPU GB, bf16"] > 0).all()
    assert plan.loc[("superres", "bicubic"), "float32"] == 0
    assert [line.split(";")[0] for line in cost.fits("quick")[:2]] == [
        "in bf16: a GPU of 8 GB is enough",
        "in float32, without bf16 units: a GPU of 8 GB is enough",
    ]


def test_hours_can_be_those_of_the_device_at_hand(monkeypatch):
    """A training by the seconds of its iterations, an upscaled set by those of its images; the rest by the records."""
    monkeypatch.setattr(trial, "seconds", lambda run: {"classify": 2.0}.get(run.study, 0.5))
    monkeypatch.setattr(trial, "upscaling_seconds", lambda dataset, kind, size: 0.01)
    for each in (speeds._training_rate, speeds._upscaling_rate):
        monkeypatch.setattr(speeds, each.__name__, each.__wrapped__)
    here = speeds.of_device
    assert cost.hours(run("wdsr-a1-5-bench-s1", recipe="bench"), here) == pytest.approx(10_000 * 0.5 / 3600)
    classifier = run("cifar10-wdsr-a0-paper-paper-s0", "classify")
    assert cost.hours(classifier, here) == pytest.approx(180_000 * 2.0 / 3600)
    assert cost.hours(classifier.requires[0], here) == pytest.approx(60_000 * 0.01 / 3600)
    truth = run("truth-paper", "frequency")
    assert cost.hours(truth, here) == cost.hours(truth)
    sources = cost.sources("quick", here)
    assert sources["classify"] == f"timed just now, on {hardware.describe()}"
    assert sources["frequency"].startswith("its published records, on ")


def test_the_summary_has_every_line_and_the_sums():
    plan, lines = cost.plan("quick"), cost.summary("quick").splitlines()
    hours, gigabytes = plan["hours"].sum(), plan["GB"].sum()
    assert f"in all: {plan['jobs'].sum()} jobs, {60 * hours:.1f} minutes, {1e3 * gigabytes:.1f} MB on disk" in lines
    assert hours < 1
    assert gigabytes < 0.1
    assert all(any(f" {row} " in line for line in lines) for _, row in plan.index)
    assert [line for line in lines if line.startswith("hours of superres: ")]


def test_a_large_plan_is_summed_in_hours_and_gigabytes():
    plan, lines = cost.plan("bench"), cost.summary("bench").splitlines()
    hours, gigabytes = plan["hours"].sum(), plan["GB"].sum()
    assert f"in all: {plan['jobs'].sum()} jobs, {hours:,.1f} hours, {gigabytes:,.1f} GB on disk" in lines


def test_a_job_asks_for_more_minutes_than_it_is_expected_to_take():
    one = run("wdsr-a0-paper-s0")
    assert cost.minutes(one) == cost.LOADING + math.ceil(60 * cost.MARGIN * cost.hours(one))
    assert cost.minutes(one) > 60 * cost.hours(one)


def test_a_short_recipes_record_tells_no_speed(publish):
    short = {"recipe": "quick", "recipe_digest": recipes.superres("quick").digest, "seconds": 1.0}
    publish("superres", "wdsr-a0", short)
    assert speeds.speed("superres") is None
