"""What a finished network is measured by, one record a network: the frequency study (Section V), and the confirmation.

The frequency study's rows are those of Table I, and the ground truth itself.
"""

import time
from pathlib import Path

from hfsr.analysis.detail import TRUTH
from hfsr.analysis.spectrum import ENCODERS
from hfsr.data import photographs
from hfsr.files import exclusive
from hfsr.models import store
from hfsr.studies import contents, provenance, recipes, records, sources
from hfsr.studies.measurement import Measurement
from hfsr.studies.records import Data, Settings
from hfsr.training import hardware


def measure(name: str, out: Path | str | None = None, kind: type[Measurement] = Measurement) -> Path:
    """Measure one network, and leave a record.

    Parameters
    ----------
    name : str
        Name of a finished run below ``runs/superres/``, such as "wdsr-a1-5-bench-s1"; where none lies there, of a run or a
        model whose weights are published, such as "wdsr-a1-5"; or "truth-" and a recipe.
    out : path, optional
        The folder; by default that of the run.
    kind : type, optional
        `hfsr.studies.measurement.Measurement`, on the sets that the recipe is judged on, or
        `hfsr.studies.confirmation.Confirmation`, on its own.

    Returns
    -------
    Path
        The folder with ``record.json``.

    Raises
    ------
    UserError
        If no such run or model is there, the folder holds another record, or a set is missing.

    Examples
    --------
    >>> measure("vdsr")
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: vdsr: no finished run of that name below ...superres, and no published record
    """
    if name.startswith(f"{TRUTH}-"):
        source, run = None, kind(recipes.superres(name.removeprefix(f"{TRUTH}-")))
    else:
        source = sources.named(name)
        run = kind(source.run.recipe, source.run)
    used: Settings = {"of": source.record if source else None, "network_sha256": source.digest if source else None}
    folder = Path(out) if out else run.folder
    if run.finished_in(folder, used):
        return folder
    with exclusive(folder):
        if not run.finished_in(folder, used):  # another process may have made it just now
            _measure(run, folder, used, source)
    return folder


def _measure(run: Measurement, folder: Path, used: Settings, source: sources.Source | None) -> None:
    start = time.monotonic()
    weights = source.weights if source else None
    method = (
        store.load(weights).to(hardware.device()) if weights else TRUTH if source is None else source.run.row.method
    )
    sets = [photographs.load(each, grey=True) for each in run.sets]
    results = {pictures.name: run.numbers(method, pictures) for pictures in sets}
    exact = {each: measured for each, (measured, _) in results.items()}
    found: Settings = {
        "data": Data(
            name="+".join(each.name for each in sets),
            images=sum(len(each.names) for each in sets),
            digest={each.name: each.digest for each in sets},
            pixels={each.name: [hr[0].numel() for hr in each.hr] for each in sets},
        ),
        "metrics": contents.means(exact),
        "per_image": {
            each: {metric: [round(value, 5) for value in values] for metric, values in measured.items()}
            for each, measured in exact.items()
        },
        "curves": {each: curves for each, (_, curves) in results.items()},
        "encoders": ENCODERS,
        "seconds": round(time.monotonic() - start, 1),
    }
    origin = vars(provenance.origin(run.command))
    records.write(folder, records.made(run.record_type, run.identity(), used, origin, found))
