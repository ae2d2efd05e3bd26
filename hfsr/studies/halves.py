"""What a recognition that was stopped has measured already, half by half of its sets."""

import json
from collections.abc import Mapping
from pathlib import Path

from hfsr.files import read_json, write_json

FILE = ".halves.json"
Values = dict[str, list[float]]  # metric -> a value a thousand images


class Halves:
    """The halves that are measured, kept in the run's folder until its record is there.

    Parameters
    ----------
    folder : Path
    made_from : mapping of str -> JSON
        What they are measured on and by: others that lie there are left out, and written over.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Halves(Path(folder), {"network": "a"}).add("cifar10-even", {"accuracy": [0.9]}, seconds=60.0)
    ...     again = Halves(Path(folder), {"network": "a"})
    ...     other = Halves(Path(folder), {"network": "b"})
    >>> again.measured, again.seconds, other.measured
    ({'cifar10-even': {'accuracy': [0.9]}}, 60.0, {})
    """

    def __init__(self, folder: Path, made_from: Mapping[str, object]):
        self._path, self._made_from = folder / FILE, json.loads(json.dumps(dict(made_from)))
        kept = read_json(self._path) if self._path.exists() else {}
        if kept.get("made_from") != self._made_from:
            kept = {}
        self.measured: dict[str, Values] = kept.get("measured", {})
        self.seconds: float = kept.get("seconds", 0.0)

    def add(self, half: str, values: Values, seconds: float) -> None:
        """Keep one more."""
        self.measured[half] = values
        self.seconds += seconds
        write_json(self._path, {"made_from": self._made_from, "measured": self.measured, "seconds": self.seconds})

    def remove(self) -> None:
        """Forget all of them."""
        self._path.unlink(missing_ok=True)
