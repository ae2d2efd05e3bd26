import math

import pytest

from hfsr import paths
from hfsr.files import write_json
from hfsr.report import cifar_spectra


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Four kinds of images, 16 of each, whose power is flat below a quarter cycle a pixel and a kind's own above."""
    monkeypatch.setattr(paths, "results", lambda: tmp_path)
    kinds = {"cifar10": 0.5, "cifar100": 0.25, "squares": 0.75, "brought-down": 1.0}
    content = {
        "study": "spectra", "method": "truth", "recipe": "bench", "recipe_digest": "", "command": "", "commit": None,
        "device": "", "versions": {}, "data": {"name": None, "images": 64, "digest": None}, "seconds": 1.0,
        "metrics": {f"{kind}/fine_share": above / 10 for kind, above in kinds.items()},
        "deviations": dict.fromkeys(kinds, 0.01),
        "images": dict.fromkeys(kinds, 16),
        "curves": {kind: {"mean": [1.0, 1.0, above, above], "sd": [0.1] * 4} for kind, above in kinds.items()},
    }  # fmt: skip
    monkeypatch.setattr(cifar_spectra.SpectraRecord, "problems", lambda record: [])
    write_json(tmp_path / "spectra" / "bench.json", content)


def test_every_kind_has_its_curve(published):
    profiles = cifar_spectra.profiles()
    assert list(profiles) == list(cifar_spectra.TITLES.values())
    frequency, power = profiles["CIFAR-100"]
    assert frequency.tolist() == [0.125, 0.25, 0.375, 0.5]
    assert power.tolist() == [1.0, 1.0, 0.25, 0.25]


def test_shares_are_in_per_cent_with_intervals_over_the_images(published):
    shares = cifar_spectra.fine_shares()
    row = shares.loc["CIFAR-10"]
    assert row["mean"] == pytest.approx(5)
    assert row["high"] - row["mean"] == pytest.approx(2.1314 * 1 / 4, abs=1e-3)  # Student's t of 15 degrees of freedom
    assert row["mean"] - row["low"] == pytest.approx(row["high"] - row["mean"])
    assert math.isnan(shares.loc["squares of halved photographs", "low"])


def test_the_words_hold_the_numbers(published):
    lines = cifar_spectra.in_words().splitlines()[1:]
    assert lines[0].strip() == "CIFAR-10: 5.00 % (4.47 to 5.53), 16 images"
    assert "(" not in lines[2]
