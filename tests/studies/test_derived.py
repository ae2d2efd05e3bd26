import re

import msgspec
import pytest

from hfsr import paths
from hfsr.files import read_json, sha256
from hfsr.studies import derived, published
from hfsr.studies.publish import KINDS
from hfsr.studies.records import Record

EVERY = {
    f"{kind.folder}/{name}": each for kind in KINDS.values() for name, each in published.stale_or_not(kind).items()
}
KNOWN = derived.agreed(EVERY.values())


def edited(place: str, *path: str | int, by: object) -> list[str]:
    """What is found where somebody has put another value into a published record."""
    content = msgspec.to_builtins(EVERY[place])
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    assert path[-1] == "set5/psnr_best" or inner[path[-1]] != by
    inner[path[-1]] = by
    record: Record = msgspec.convert(content, type(EVERY[place]))
    return derived.of(place, record, KNOWN)


def test_nothing_in_any_published_record_contradicts_the_rest():
    assert {place: problems for place, problems in derived.problems(EVERY).items() if problems} == {}
    assert len(EVERY) == len(published.files())


TABLE_1, SEED = "superres/wdsr-a1-5", "superres/wdsr-a1-5-bench-s1"
TABLE_3, DETAIL, UPSCALED = (
    "classify/cifar10-original-bench-s0",
    "frequency/wdsr-a0-bench-s0",
    "upscaled/cifar10-bicubic",
)


@pytest.mark.parametrize(
    ("place", "path", "value", "expected"),
    [
        (TABLE_1, ("metrics", "bsd100/psnr_y_border2"), 31.8, r"bsd100/psnr_y_border2 is 31.8, not 31\."),
        (SEED, ("per_image", "set5", "ssim_y_border2", 3), 0.9, "set5/ssim_y_border2 is"),
        (SEED, ("metrics", "set5/psnr_best"), 40.0, "set5/psnr_best follows from nothing"),
        (SEED, ("per_image", "set5", "ssim_y_border2"), [0.9] * 4, "4 values, not 5"),
        (SEED, ("metrics", "train/selected_fraction"), 0.5, "selected_fraction at alpha 0.2000 is 0.5"),
        (SEED, ("metrics", "bsd100/selected_fraction"), 0.5, "bsd100/selected_fraction at alpha 0.2000 is 0.5"),
        ("superres/wdsr-a1-5-low", ("metrics", "set5/selected_fraction"), 0.5, "where other records say"),
        ("superres/wdsr-a0", ("metrics", "train/selected_fraction"), 0.9, "train/selected_fraction is 0.9, not 1.0"),
        (TABLE_1, ("weights_sha256",), "0" * 64, "weights wdsr-a1-5 have changed or are missing"),
        (TABLE_1, ("recipe_digest",), "0" * 16, "recipe bench has changed"),
        (TABLE_1, ("seed",), 4, "seed = 4, not 0|called|name is|command is"),
        (SEED, ("command",), "hfsr train --recipe bench", "command is 'hfsr train --recipe bench', not"),
        (SEED, ("data", "digest"), "0" * 64, "the digest of t91.* is 000.* where other records say b4f4"),
        (SEED, ("images_per_second",), 1e4, "10000.0 images a second in .* s are not 10000 iterations of 8"),
        (SEED, ("seconds",), 1.0, "images a second in 1.0 s are not"),
        (TABLE_3, ("metrics", "cifar10/test_accuracy"), 0.9, r"cifar10/test_accuracy is 0.9, not 0\."),
        (TABLE_3, ("correct", "cifar10"), "ff" * 1250, r"cifar10/test_accuracy is 0\..*, not 1.0"),
        (TABLE_3, ("correct", "cifar10"), "ff" * 10, "cifar10/test_accuracy is .*, not nan"),
        (TABLE_3, ("data", "images"), 50_000, "images = 50000, not 20000"),
        (DETAIL, ("metrics", "bsd100/png_bytes"), 1.0, "bsd100/png_bytes is 1.0, not"),
        (DETAIL, ("per_image", "set14", "recovered", 0), 0.9, "set14/recovered is"),
        (DETAIL, ("network_sha256",), "0" * 64, "which it measured, has changed"),
        (DETAIL, ("curves", "set5", "error", "mean"), [0.0], "a curve has 1 values, not 32"),
        (DETAIL, ("curves",), {}, "metrics, curves and pixels are not of the same sets"),
        (DETAIL, ("data", "digest", "set5"), "0" * 64, "the digest of set5 is 000"),
        (DETAIL, ("data", "pixels", "set5"), [1], "images = 123, not 119"),
        (UPSCALED, ("metrics", "cifar10/test_png_bytes"), 1, "cifar10/test_png_bytes is 1, not"),
        (UPSCALED, ("thousands", "cifar10/train_png_bytes", 7), 1, "cifar10/train_png_bytes is"),
        (UPSCALED, ("data", "test_images"), 9000, "59000 images, not 60000"),
        (UPSCALED, ("encoders", "strongest"), [], "encoders = "),
        ("upscaled/cifar10-wdsr-a0", ("enlarger_sha256",), "0" * 64, "weights wdsr-a0 have changed"),
    ],
)
def test_a_number_edited_by_hand_is_caught(place, path, value, expected):
    problems = edited(place, *path, by=value)
    assert any(re.search(expected, problem) for problem in problems), problems


def test_a_record_under_another_name_is_caught():
    assert derived.of("superres/other", EVERY[SEED], KNOWN) == ["its name is 'wdsr-a1-5-bench-s1'"]


def test_weights_beside_the_records_are_those_of_their_record(tmp_path, monkeypatch):
    record = EVERY[SEED]
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights/wdsr-a1-5-bench-s1.safetensors").write_bytes(b"others")
    expected = ["weights wdsr-a1-5-bench-s1 have changed"]
    assert derived.common(SEED, record) == expected


def test_every_published_network_has_its_record():
    digests = {each.weights_sha256 for each in EVERY.values() if hasattr(each, "weights_sha256")}
    files = [*paths.weights().glob("*.safetensors"), *(paths.results() / "weights").glob("*.safetensors")]
    assert {file.name for file in files if sha256(file) not in digests} == set()


def test_what_is_read_is_what_is_written():
    """Every number of a record's file is in the record that is checked."""
    for place in (TABLE_1, TABLE_3, DETAIL, UPSCALED):
        assert msgspec.to_builtins(EVERY[place])["metrics"] == read_json(paths.results() / f"{place}.json")["metrics"]
