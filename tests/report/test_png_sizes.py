import pytest

from hfsr import paths
from hfsr.errors import UserError
from hfsr.files import read_json, write_json
from hfsr.report import paper, png_sizes
from hfsr.studies.records import Data
from hfsr.studies.upscaled_set import UpscaledRecord


@pytest.fixture
def two(filled, published):
    """Two methods' sets of two thousand and one thousand images."""
    made = {
        "srcnn": {"train": [110, 360], "test": [250]},
        "bicubic": {"train": [100, 300], "test": [200]},
    }
    data = Data(name="cifar10", images=2000, digest=None, test_images=1000)
    published(
        *(
            filled(
                UpscaledRecord,
                method=method,
                data=data,
                thousands={f"cifar10/{part}_png_bytes": parts for part, parts in sizes_of.items()},
            )
            for method, sizes_of in made.items()
        )
    )


def test_a_total_is_the_sum_of_its_thousands(two):
    total = png_sizes.totals("cifar10", "train")
    assert total["mean"].to_list() == [400, 470]
    assert total.loc["srcnn", "pixel"] == pytest.approx(470 / (2000 * 64 * 64))
    assert (total["low"] < total["mean"]).all()
    test = png_sizes.totals("cifar10", "test").loc["bicubic"]
    assert (test["mean"], test["pixel"]) == (200, 200 / (1000 * 64 * 64))


def test_gains_are_paired_by_thousand(two):
    gain = png_sizes.gains("cifar10", "train")
    assert list(gain.index) == ["srcnn"]
    assert gain.loc["srcnn", "mean"] == pytest.approx((10 + 20) / 2)
    assert gain.loc["srcnn", "high"] == pytest.approx(15 + 12.706 * 5, rel=1e-3)  # Student's of two


def test_published_totals_are_those_of_the_records():
    for dataset in ("cifar10", "cifar100"):
        assert list(png_sizes.published(dataset)) == list(png_sizes.METHODS)
        for part in ("train", "test"):
            total = png_sizes.totals(dataset, part)
            for method, record in png_sizes.published(dataset).items():
                assert total.loc[method, "mean"] == record.metrics[f"{dataset}/{part}_png_bytes"]


def test_the_papers_order_from_bicubic_to_a_third_is_found_again():
    theirs = paper.table4()["cifar10_train"].drop("SRCNN")
    ours = png_sizes.totals("cifar10", "train")["mean"].drop("srcnn")
    assert list(theirs.argsort()) == list(ours.argsort())


def test_a_set_made_by_another_network_is_stale(tmp_path, monkeypatch):
    record = read_json(paths.results() / "upscaled" / "cifar10-wdsr-a0.json")
    write_json(tmp_path / "upscaled" / "cifar10-wdsr-a0.json", record | {"enlarger_sha256": "of another"})
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    with pytest.raises(UserError, match="stale, weights wdsr-a0 have changed"):
        png_sizes.published("cifar10")
