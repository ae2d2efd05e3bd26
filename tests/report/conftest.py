"""Published records whose numbers are known beforehand."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hfsr import paths
from hfsr.files import write_json
from hfsr.studies import recipes
from hfsr.studies.records import Data, Record

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
