"""Published records whose numbers are known beforehand."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from hfsr import paths
from hfsr.files import write_json
from hfsr.studies import recipes
from hfsr.studies.records import Data, Record
from hfsr.studies.superres_run import SuperresRecord

ROWS: dict[str, dict[str, Any]] = {
    "bicubic": {"method": "bicubic", "alpha": None, "mask": "all", "reduction": None},
    "wdsr-a0": {"method": "wdsr", "alpha": 0.0, "mask": "all", "reduction": "batch"},
    "wdsr-a1-5": {"method": "wdsr", "alpha": 0.2, "mask": "high", "reduction": "batch"},
    "wdsr-a1-5-low": {"method": "wdsr", "alpha": 0.2, "mask": "low", "reduction": "batch"},
}
BLANK: dict[str, Any] = {
    "method": "bicubic",
    "data": Data(name="photographs", images=1, digest=None),
    "metrics": {},
    "device": "a machine",
    "versions": {},
    "commit": None,
    "command": "make it",
    "recipe": "bench",
    "alpha": None,
    "mask": None,
    "reduction": None,
    "seed": None,
    "steps": 0,
    "per_image": {},
    "curve": [],
    "curves": {},
    "seconds": 1.0,
    "images_per_second": None,
    "weights_sha256": None,
    "depth": 11,
    "augmentation": {},
    "enlarger_sha256": None,
    "correct": {},
    "of": None,
    "network_sha256": None,
    "encoders": {},
    "precision": None,
    "sha256": "",
    "thousands": {},
}


@pytest.fixture(scope="session")
def filled() -> Callable[..., Record]:
    """A record of a kind that holds the fields which matter; the rest is filled with what does not, and is not stale."""

    def fill(kind: type[Record], **given: Any) -> Record:
        known = {each.name for each in fields(kind)}
        content = {name: value for name, value in BLANK.items() if name in known} | {"study": kind.folder} | given
        if "recipe" in known:
            content.setdefault("recipe_digest", recipes.STUDIES[kind.folder][content["recipe"]].digest)
        return kind(**content)

    return fill


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Publish records, in this order, in place of those that there are."""

    def publish(*records: Record) -> None:
        folder = tmp_path / f"results-{len(list(tmp_path.iterdir()))}"  # what was read is kept by its folder
        monkeypatch.setattr(paths, "results", lambda: folder)
        for place, record in enumerate(records):
            name = record.name or f"{place:02}"
            write_json(folder / record.folder / f"{name}.json", msgspec.to_builtins(record))

    return publish


@pytest.fixture
def record(filled: Callable[..., Record]) -> Callable[..., Record]:
    """The record of a run of `bench` by its row, its seed and what it scored on each picture."""

    def make(row: str, seed: int | None, psnr: list[float], **changes: Any) -> Record:
        fields = {
            "seed": seed,
            "recipe": "bench",
            "steps": 0 if row == "bicubic" else recipes.superres("bench").steps,
            "metrics": {"set5/psnr_y_border2": float(np.mean(psnr)), "train/selected_fraction": 0.6},
            "per_image": {"set5": {"psnr_y_border2": psnr}},
            "curve": [
                {"step": 10, "set5/psnr_y_border2": 30.0},
                {"step": 20, "set5/psnr_y_border2": float(np.mean(psnr))},
            ],
        }
        return filled(SuperresRecord, **ROWS[row] | fields | changes)

    return make


@pytest.fixture
def table_1(record: Callable[..., Record], published: Callable[..., None]) -> None:
    """Two rows with two seeds, one with one, one without, on Set5; and runs that belong to no table."""
    base = [30.0, 32.0, 34.0, 36.0]
    made = [record("bicubic", None, [28.0, 30.0, 32.0, 34.0])]
    made += [record("wdsr-a0", seed, [value + 0.1 * seed for value in base]) for seed in (1, 0)]
    made += [
        record("wdsr-a1-5", seed, [value + 0.1 * seed + 0.05 * (i + 1) for i, value in enumerate(base)])
        for seed in (0, 1)
    ]
    made += [record("wdsr-a1-5-low", 0, [value - 3 for value in base])]
    made += [record("wdsr-a0", 0, base, recipe="quick"), record("wdsr-a0", 7, base, steps=5)]
    published(*made)
