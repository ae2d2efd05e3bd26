"""Contrasts of records whose numbers are known beforehand."""

from dataclasses import replace

import numpy as np
import pytest

from hfsr.analysis.statistics import over_seeds_and_images
from hfsr.report import paper, registration
from hfsr.report.contrasts import Measured, measure
from hfsr.studies.classification import ClassifyRecord
from hfsr.studies.confirmation import ConfirmationRecord
from hfsr.studies.correctness import pack
from hfsr.studies.records import Data
from hfsr.studies.superres_run import SuperresRecord

BY_ID = {claim.id: claim for claim in registration.read().claims}
PSNR = {0: [[30.0, 32.0], [30.1, 32.3]], 0.2: [[30.2, 32.1], [30.2, 32.6]]}  # alpha -> seeds -> images


@pytest.fixture
def rows(filled):
    """WDSR and 1/5, two seeds, on a set of two pictures."""

    def make(kind, on, alphas=(0.0, 0.2)):
        known = {"steps": 10_000, "reduction": "batch", "metrics": {"train/selected_fraction": 0.6}, "method": "wdsr"}
        return [
            filled(
                kind,
                name=f"{alpha}-{seed}",
                alpha=alpha,
                mask="high" if alpha else "all",
                seed=seed,
                per_image={on: {"psnr_rgb_border8": values}},
                **known,
            )
            for alpha in alphas
            for seed, values in enumerate(PSNR[alpha])
        ]

    return make


@pytest.mark.parametrize(
    ("kind", "place"), [(SuperresRecord, 0), (ConfirmationRecord, 1)], ids=["exploratory", "confirmatory"]
)
def test_rows_are_paired_by_seed_and_image(kind, place, rows, published):
    contrast = BY_ID["psnr-same"].contrasts[place]
    published(*rows(kind, contrast.on))
    found = measure(contrast, 0.9)
    gaps = np.array(PSNR[0.2]) - np.array(PSNR[0])
    assert found.estimate == pytest.approx(over_seeds_and_images(gaps, 0.9))
    assert found.seeds == 2
    assert found.records == tuple(f"{kind.folder}/{alpha}-{seed}.json" for alpha in (0.0, 0.2) for seed in (0, 1))


def test_scale_and_relative_are_the_contrasts(rows, published):
    contrast = BY_ID["psnr-same"].contrasts[0]
    published(*rows(SuperresRecord, contrast.on))
    plain = measure(contrast, 0.95)
    scaled = measure(replace(contrast, scale=100.0), 0.95)
    assert scaled.estimate == pytest.approx([100 * value for value in plain.estimate])
    relative = measure(replace(contrast, relative=True), 0.95)
    expected = 100 * (np.array(PSNR[0.2]) / np.array(PSNR[0]) - 1)
    assert relative.estimate.mean == pytest.approx(expected.mean())


def test_what_one_row_lacks_is_not_measured(rows, published):
    contrast = BY_ID["psnr-same"].contrasts[0]
    published(*rows(SuperresRecord, contrast.on, alphas=(0.2,)))
    assert measure(contrast, 0.95) is None


def test_fractions_are_compared_with_the_papers_and_with_a_gaussian(rows, published):
    published(*rows(SuperresRecord, "bsd100"))
    gaussian = measure(BY_ID["gaussian"].contrasts[0], 0.95)
    assert gaussian.estimate.mean == pytest.approx(0.6 - paper.gaussian_fraction("1/5"))
    contrast = replace(BY_ID["half"].contrasts[0], row="wdsr-a1-5")
    assert measure(contrast, 0.95).estimate.mean == pytest.approx(0.6 - contrast.paper)


def test_accuracies_are_compared_image_by_image(filled, published):
    contrast = BY_ID["method-accuracy"].contrasts[0]
    right = {"wdsr-a0": [1, 0, 0, 1], "wdsr-a1-5": [1, 1, 0, 1]}
    published(
        *(
            filled(
                ClassifyRecord,
                name=f"{method}-{seed}",
                method=method,
                seed=seed,
                steps=500,
                data=Data(name="cifar10", images=4, digest=None, test_images=4),
                correct={"cifar10": pack(np.array(answers, dtype=bool))},
            )
            for method, answers in right.items()
            for seed in (0, 1)
        )
    )
    found = measure(contrast, 0.95)
    assert (found.estimate.mean, found.seeds) == (25.0, 2)


def test_what_is_shown():
    measured = Measured(over_seeds_and_images([[0.0, 0.1], [0.1, 0.2]]), 2, ())
    assert measured.shown(2, "dB").startswith("+0.10 (")
    assert measured.shown(2, "dB").endswith(" dB")


def test_a_seed_that_one_row_alone_has_is_left_out(rows, published):
    contrast = BY_ID["psnr-same"].contrasts[0]
    made = rows(SuperresRecord, contrast.on)
    published(*made, replace(made[0], name="0.0-2", seed=2))
    found = measure(contrast, 0.9)
    assert found.seeds == 2
    assert "superres/0.0-2.json" not in found.records
