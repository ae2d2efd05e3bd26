import numpy as np
import pytest

from hfsr import paths
from hfsr.analysis.spectrum import PNG_METRICS
from hfsr.report import byte_tables, png_sizes, printed, tables


def test_the_smallest_files_have_the_first_place_and_a_second_number_where_the_encoders_differ():
    places = byte_tables.places("bench")
    assert set(places.loc["Bicubic"]) == {"1"}
    default, strongest = (
        png_sizes.totals("cifar10", "train", metric)["mean"].sort_values() for metric in PNG_METRICS.values()
    )
    assert list(default.index) == list(strongest.index)
    labels = printed.named(default.to_frame(), "bench").index
    assert places.loc[labels, "cifar10"].tolist() == [str(place) for place in range(1, len(labels) + 1)]
    assert (places["cifar10"] != "").sum() == len(labels)
    gain = {
        encoder: tables.differences("bench", "bsd100", metric, "bicubic", "frequency", relative=True)["mean"]
        for encoder, metric in PNG_METRICS.items()
    }
    place = {
        encoder: 2 + (found.drop("truth") < found["wdsr-a0"]).sum() for encoder, found in gain.items()
    }  # and Bicubic
    assert place["default"] != place["strongest"]
    assert places.loc["WDSR", "BSD100"] == f"{place['default']}, {place['strongest']}"


def test_the_sizes_of_labelled_sets_are_those_of_their_records():
    table, sizes = byte_tables.labelled("cifar10"), png_sizes.totals("cifar10", "train")["mean"]
    assert table.loc["WDSR", "MB"] == f"{sizes['wdsr-a0'] / 2**20:.2f}"
    assert table.loc["Bicubic", "over bicubic, default, %"] == ""


def test_pages_say_how_large_files_are_beside_the_truths():
    """On the four camera photographs, file by file."""
    rows = tables.published("bench", "frequency")

    def larger(row, other, metric):
        own, base = (
            np.mean([record.per_image["realsr-held-out"][metric] for record in rows[each]], axis=0)
            for each in (row, other)
        )
        return 100 * (own / base - 1).mean()

    assert larger("wdsr-a0", "truth", "png_bytes") == pytest.approx(0, abs=1)
    assert round(larger("wdsr-a1-5", "wdsr-a0", "png_bytes")) == 5
    strongest = [larger(row, "truth", "png_bytes_strongest") for row in ("wdsr-a0", "wdsr-a1-5")]
    said = " ".join((paths.project() / "notebooks" / "frequency.py").read_text().replace("\n# ", " ").split())
    assert (
        "files of WDSR are as large as the ground truth's own, and those of 1/5 five per cent larger than WDSR's"
        in said
    )
    assert "they are {:.0f} and {:.0f} per cent larger than the truth's".format(*strongest) in said
    said = " ".join((paths.project() / "book" / "claims.md").read_text().split())
    assert "files of WDSR are as large as the ground truth's own" in said
    assert "those of alpha 1/5 five per cent larger than WDSR's" in said


def test_the_sets_that_decide_have_their_bytes_and_detail():
    for encoder in byte_tables.PNG_METRICS:
        assert list(byte_tables.gained("bench", encoder)) == ["Set14", "BSD100", "camera"]
        table = byte_tables.gained("bench", encoder, "confirmation")
        assert list(table) == ["Kodak24", "McMaster"]
        assert table.loc["1/5", "Kodak24"].startswith("+")
    srcnn, plain = (
        float(byte_tables.gained("bench", "default", "confirmation").loc[row, "Kodak24"].split()[0])
        for row in ("SRCNN", "WDSR")
    )
    assert srcnn < plain  # as the page says of their files
    detail = printed.detail("bench", "kodak24")
    scores = tables.scores("bench", "kodak24/recovered", "confirmation")
    assert detail.loc["1/5", "recovered"].startswith(f"{scores.loc['wdsr-a1-5'].mean():.4f}")


def test_sizes_are_in_mebibytes_and_bytes_a_pixel():
    truth = tables.published("bench", "frequency")["truth"][0]
    size, pixels = sum(truth.per_image["bsd100"]["png_bytes"]), sum(truth.data.pixels["bsd100"])
    assert byte_tables.sizes("bench").loc["Ground truth", "BSD100"] == f"{size / 2**20:.2f} ({size / pixels:.3f})"
