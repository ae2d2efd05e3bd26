"""PSNR of all elements and of its two parts are one picture's: one of them edited by hand does not fit."""

import msgspec
import numpy as np
import pytest

from hfsr.studies import derived, parts, published
from hfsr.studies.confirmation import ConfirmationRecord
from hfsr.studies.superres_run import SuperresRecord

NAME = "wdsr-a1-5-uniform-bench-s3"
RECORDS = published.stale_or_not(ConfirmationRecord)


@pytest.mark.parametrize("part", ["", "_selected", "_others"])
def test_a_picture_edited_together_with_the_mean_is_caught(part):
    """Nothing that the record says twice tells: no network of this row is published."""
    content, metric = msgspec.to_builtins(RECORDS[NAME]), f"{parts.WHOLE}{part}"
    values = content["per_image"]["kodak24"][metric]
    values[7] += 0.24
    content["metrics"][f"kodak24/{metric}"] = float(np.mean(values))
    record = msgspec.convert(content, ConfirmationRecord)
    place = f"confirmation/{NAME}"
    assert derived.of(place, record, derived.agreed(RECORDS.values())) == []
    (problem,) = derived.problems({f"confirmation/{name}": each for name, each in RECORDS.items()} | {place: record})[
        place
    ]
    assert problem.startswith("kodak24: picture 7's PSNR and its parts' make ")


def test_every_record_gives_the_same_fractions():
    known = parts.typical(RECORDS.values())
    assert {name: len(each) for name, each in known.items()} == {"kodak24": 24, "mcmaster": 18}
    assert all(parts.misfits(record, known) == [] for record in RECORDS.values())


def test_their_mean_is_the_fraction_that_records_name():
    record = published.read(SuperresRecord, "wdsr-a1-5")
    assert parts.fractions(record)["bsd100"].mean() == pytest.approx(
        record.metrics["bsd100/selected_fraction"], abs=0.02
    )
