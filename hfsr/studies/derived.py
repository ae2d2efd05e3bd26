"""What a record says twice, or what follows from the rest of it; `recompute` finds the other numbers edited by hand."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from hfsr.analysis.detail import RINGS
from hfsr.analysis.spectrum import ENCODERS
from hfsr.data import labelled
from hfsr.data.catalogue import SETS
from hfsr.data.degradation import BICUBIC
from hfsr.errors import UserError
from hfsr.studies import contents, parts, recognise, records, spectra_run
from hfsr.studies.classification import ClassifyRecord
from hfsr.studies.correctness import unpack
from hfsr.studies.measurement import MeasurementRecord
from hfsr.studies.recognition import RecognitionRecord
from hfsr.studies.records import Record, TrainingRecord
from hfsr.studies.run import that_left
from hfsr.studies.spectra_run import SpectraRecord
from hfsr.studies.superres_run import SuperresRecord
from hfsr.studies.upscaled import CHUNK
from hfsr.studies.upscaled_set import UpscaledRecord

KEPT = 1e-5  # a measurement's values are written with five digits after the point
FRACTION = "selected_fraction"


class Fact(NamedTuple):
    """A number that several records must agree on: of the same pictures, or of the same pictures and alpha.

    Examples
    --------
    >>> Fact("the digest of set5", "0f3a").value
    '0f3a'
    """

    name: str
    value: str


def problems(published: Mapping[str, Record]) -> dict[str, list[str]]:
    """What does not fit in any published record, a phrase each.

    Parameters
    ----------
    published : mapping of str -> Record
        All of them by folder and name: what several say must be one and the same.

    Returns
    -------
    dict of str -> list of str

    Examples
    --------
    >>> from hfsr.studies import published
    >>> problems(published.stale_or_not(UpscaledRecord))["cifar10-bicubic"]
    []
    """
    known, selected = agreed(published.values()), parts.typical(published.values())
    return {place: of(place, record, known) + parts.misfits(record, selected) for place, record in published.items()}


def agreed(published: Iterable[Record]) -> dict[str, str]:
    """The value of each of the `facts` that most records give.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> agreed([published.stale_or_not(SuperresRecord)["wdsr-a1-5"]])["t91/selected_fraction at alpha 0.2000"][:6]
    '0.7786'
    """
    said = Counter(fact for record in published for fact in facts(record))
    return {fact.name: fact.value for fact, _ in reversed(said.most_common())}


def of(place: str, record: Record, known: Mapping[str, str]) -> list[str]:
    """What does not fit in one record, of this folder and name, where so much is `known` from all of them.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> record = published.stale_or_not(SuperresRecord)["wdsr-a1-5"]
    >>> of("superres/wdsr-a1-5", record, agreed([record]))
    []
    """
    other = [fact for fact in facts(record) if fact.value != known[fact.name]]
    apart = [f"{fact.name} is {fact.value} where other records say {known[fact.name]}" for fact in other]
    try:
        follows = own(record)
    except UserError as error:  # of a recipe that is gone, which `common` says too
        follows = [str(error)]
    return list(dict.fromkeys(common(place, record) + follows + apart))


def facts(record: Record) -> list[Fact]:
    """What a record says of pictures alone: their digests, and the fractions of elements that an alpha selects.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> facts(published.stale_or_not(SuperresRecord)["wdsr-a1-5"])[0].name
    'the digest of t91+bsd200+bsds500-test+realsr-train'
    """
    digest = record.data.digest
    digests = digest if isinstance(digest, dict) else {str(record.data.name): digest}
    degraded = "" if record.degraded_by == BICUBIC else f" with {record.degraded_by}"
    found = [Fact(f"the digest of {name}{degraded}", str(digest)) for name, digest in digests.items() if digest]
    if isinstance(record, SuperresRecord) and record.alpha:
        for metric, value in record.metrics.items():
            if metric.endswith(FRACTION):
                high = 1 - value if record.mask == "low" else value
                name = metric.replace("train/", f"{record.data.name}/")
                found.append(Fact(f"{name} at alpha {record.alpha:.4f}", f"{high:.12f}"))
    return found


def common(place: str, record: Record) -> list[str]:
    """What any record can be held against: its run, its name and command, the recipe, the weights published for it.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> record = published.stale_or_not(SuperresRecord)["wdsr-a1-5"]
    >>> common("superres/another", record)
    ["its name is 'wdsr-a1-5'"]
    """
    found = record.problems()
    try:
        run = that_left(record)
    except UserError as error:
        return [*found, str(error)]
    found += records.differences(run.identity(), record.made_from())
    found += [f"command is {record.command!r}, not {run.command!r}"] * (record.command != run.command)
    name = place.rpartition("/")[2]
    found += [f"its name is {record.name!r}"] * (record.name != name or name not in (run.name, run.model))
    return found


def own(record: Record) -> list[str]:
    """What follows from the rest of a record of its kind.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> own(published.stale_or_not(SuperresRecord)["wdsr-a1-5"])
    []
    """
    match record:
        case SuperresRecord():
            return _superres(record)
        case RecognitionRecord():
            return _unlike(record.metrics, contents.means(record.per_image), KEPT) + recognise.misfits(record)
        case MeasurementRecord():
            return _measurement(record)
        case ClassifyRecord():
            return _classification(record)
        case SpectraRecord():
            return _unlike(record.metrics, spectra_run.fine_shares(record.curves)) + spectra_run.misfits(record)
        case UpscaledRecord():
            return _upscaled(record)
    raise TypeError(f"{type(record).__name__} is no kind of published record")


def _superres(record: SuperresRecord) -> list[str]:
    trained_on = str(record.data.name).split("+")
    parts = [*(trained_on if len(trained_on) > 1 else ()), *record.per_image]
    expected = contents.means(record.per_image)
    if record.mask == "all" and record.steps:
        expected[f"train/{FRACTION}"] = 1.0
    elif record.steps:  # they follow from the pictures alone, see `facts`
        names = [f"{name}/{FRACTION}" for name in ("train", *parts) if name != record.data.name]
        expected |= {name: record.metrics.get(name, math.nan) for name in names}
    return _unlike(record.metrics, expected) + _counts(record.per_image) + _training(record)


def _measurement(record: MeasurementRecord) -> list[str]:
    found = _unlike(record.metrics, contents.means(record.per_image), slack=KEPT) + _counts(record.per_image)
    lengths = {len(each) for curves in record.curves.values() for curve in curves.values() for each in curve.values()}
    found += [f"a curve has {length} values, not {RINGS}" for length in lengths - {RINGS}]
    pixels = record.data.pixels or {}
    if not set(record.curves) == set(record.per_image) == set(pixels):
        found.append("metrics, curves and pixels are not of the same sets")
    pictures = sum(map(len, pixels.values()))
    found += [f"images = {record.data.images}, not {pictures}"] * (record.data.images != pictures)
    return found + records.differences({"encoders": ENCODERS}, vars(record))


def _classification(record: ClassifyRecord) -> list[str]:
    tested = record.data.test_images or 0
    derived, found = {}, []
    for name, digits in record.correct.items():
        correct = unpack(digits, tested) if len(digits) == 2 * math.ceil(tested / 8) else np.zeros(0)
        derived[f"{name}/test_accuracy"] = float(correct.mean()) if len(correct) else math.nan
    if SETS[labelled.whole(str(record.data.name))][0] < record.data.images + tested:
        found.append(f"{record.data.images} and {tested} images are more than {record.data.name} has")
    subset = record.run.recipe.subset
    found += [f"images = {record.data.images}, not {subset}"] * (subset is not None and record.data.images != subset)
    return found + _unlike(record.metrics, derived) + _training(record)


def _upscaled(record: UpscaledRecord) -> list[str]:
    found = _unlike(record.metrics, {name: sum(sizes) for name, sizes in record.thousands.items()})
    images = {"train": record.data.images, "test": record.data.test_images or 0}
    for name, sizes in record.thousands.items():
        wanted = math.ceil(images[name.partition("/")[2].partition("_")[0]] / CHUNK)
        found += [f"{name} has {len(sizes)} sums, not {wanted}"] * (len(sizes) != wanted)
    total = SETS[str(record.data.name)][0]
    found += [f"{sum(images.values())} images, not {total}"] * (sum(images.values()) != total)
    return found + records.differences({"encoders": ENCODERS}, vars(record))


def _unlike(said: dict[str, float], derived: dict[str, float], slack: float = 0.0) -> list[str]:
    """Metrics that are not what they follow from, and those that only one side has."""
    both = [name for name in derived if name in said]
    apart = [name for name in both if not abs(said[name] - derived[name]) <= slack]
    return [
        *(f"{name} is {said[name]}, not {derived[name]}" for name in apart),
        *(f"{name} follows from nothing" for name in said if name not in derived),
        *(f"{name} is missing" for name in derived if name not in said),
    ]


def _counts(per_image: records.Measured) -> list[str]:
    """Sets with more or fewer values than pictures."""
    return [
        f"{name}/{metric} has {len(values)} values, not {SETS[name][0]}"
        for name, metrics in per_image.items()
        for metric, values in metrics.items()
        if name in SETS and len(values) != SETS[name][0]
    ]


def _training(record: TrainingRecord) -> list[str]:
    """Whether throughput, time and the curve's end fit the training's length."""
    ends = [entry["step"] for entry in record.curve[-1:]]
    found = [f"the curve ends at {end}, not {record.steps}" for end in ends if end != record.steps]
    if record.steps and record.images_per_second:
        batch = record.run.recipe.batch  # type: ignore[attr-defined]
        images, slack = record.images_per_second * record.seconds, 0.06 * (record.images_per_second + record.seconds)
        if abs(images - record.steps * batch) > slack:
            found.append(
                f"{record.images_per_second} images a second in {record.seconds} s are not {record.steps} iterations of {batch}"
            )
    return found
