"""A published record's numbers once more: from the published weights and the data that is here, or by a short training run.

Evaluations are computed in float32, as they were; upscaled sets and trainings in bf16 where the record says so and the
processor has units for it, and in float32 where the record says that.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path

from torch import nn

from hfsr.analysis import evaluation
from hfsr.analysis.small_images import variance_profiles
from hfsr.analysis.spectrum import PNG_METRICS, png_total
from hfsr.data import checksums, degradation, labelled, photographs
from hfsr.data.photographs import HALVED, Photographs
from hfsr.errors import UserError
from hfsr.models import store
from hfsr.studies import classify, published, records, sources, spectra, superres, upscaled
from hfsr.studies.classification import ClassifyRecord
from hfsr.studies.measurement import MeasurementRecord
from hfsr.studies.recognition import RecognitionRecord
from hfsr.studies.records import Record
from hfsr.studies.rerun import Again, pair
from hfsr.studies.run import that_left
from hfsr.studies.spectra_run import SpectraRecord
from hfsr.studies.superres_run import SuperresRecord
from hfsr.studies.upscaled_set import UpscaledRecord
from hfsr.studies.upscaling import upscale_images
from hfsr.training import hardware

SHORT = "quick"  # the recipe whose runs are trained anew: minutes, on data that is always there


def again(record: Record, whole: bool = False) -> Again:
    """Compute again what can be of a record.

    Parameters
    ----------
    record : Record
    whole : bool
        All images of an upscaled set; otherwise a thousand of its test images.

    Returns
    -------
    Again

    Examples
    --------
    >>> from hfsr.studies import published
    >>> record = published.stale_or_not(SuperresRecord)["bicubic-quick"]
    >>> recorded, computed = again(record).pairs["embedded-held-out/psnr_y_border2"]
    >>> max(abs(a - b) for a, b in zip(recorded, computed)) < 1e-6
    True
    """
    try:
        that_left(record)
    except UserError as error:  # of a recipe that is gone
        return Again(missing=[str(error)])
    match record:
        case SuperresRecord():
            return _superres(record)
        case RecognitionRecord():
            return Again(missing=["its classifiers' weights, which are not published"])
        case MeasurementRecord():
            return _measurement(record)
        case SpectraRecord():
            return _spectra(record)
        case UpscaledRecord():
            return _upscaled(record, whole)
        case ClassifyRecord():
            return _classification(record)
    raise TypeError(f"{type(record).__name__} is no kind of published record")


def _superres(record: SuperresRecord) -> Again:
    if record.steps > 0 and record.recipe == SHORT:
        found = Again(trained=True, briefly=True)
        with tempfile.TemporaryDirectory() as folder, _as_recorded(record.precision, found):
            made = records.read(
                superres.train(record.run, Path(folder) / record.run.name) / records.RECORD, SuperresRecord
            )
        pair(found, record.metrics, made.metrics)
        for name, measured in made.per_image.items():
            pair(found, record.per_image.get(name, {}), measured, name)
        return found
    found = Again()
    if record.steps and record.mask != "all":
        for name in ("train", *(set(record.per_image) - {record.data.name})):
            pair(found, record.metrics, _fractions(name, record, found))
    for method, pictures in _judged(record, record, list(record.per_image), found):
        pair(found, record.per_image[pictures.name], evaluation.evaluate(method, pictures), pictures.name)
    return found


def _measurement(record: MeasurementRecord) -> Again:
    found, network = Again(), None
    if record.of:
        network = published.stale_or_not(SuperresRecord).get(record.of)
        if network is None:
            return Again(missing=[f"the record of {record.of}, which it measured, is not published"])
    for method, pictures in _judged(record, network, list(record.per_image), found):
        measured, curves = record.run.numbers(method, pictures)
        rounded = {metric: [round(value, 5) for value in values] for metric, values in measured.items()}
        pair(found, record.per_image[pictures.name], rounded, pictures.name)
        for curve, numbers in curves.items():
            pair(found, record.curves.get(pictures.name, {}).get(curve, {}), numbers, f"{pictures.name}/{curve}")
    return found


def _spectra(record: SpectraRecord) -> Again:
    found = Again()
    try:
        kinds, _ = spectra.images_of(record.run)
    except UserError as error:
        return Again(missing=[str(error)])
    for kind, images in kinds.items():
        pair(found, record.curves.get(kind, {}), spectra.curve(variance_profiles(images)), kind)
    return found


def _upscaled(record: UpscaledRecord, whole: bool) -> Again:
    found, run = Again(), record.run
    try:
        data = labelled.load(run.dataset)
        method = run.upscaler.method(data.train_images)
    except UserError as error:
        return Again(missing=[str(error)])
    if isinstance(method, nn.Module):
        method = method.to(hardware.device())
    with _as_recorded(record.precision, found):
        bf16 = hardware.bf16_units()
    digest = hashlib.sha256(upscaled.header(data, run.upscaler.factor))
    for part, images in {"train": data.train_images, "test": data.test_images}.items():
        chunks = images.split(upscaled.CHUNK)[: None if whole else int(part == "test")]
        sums: dict[str, list[int]] = {f"{run.dataset}/{part}_{metric}": [] for metric in PNG_METRICS.values()}
        for chunk in chunks:
            larger = upscale_images(method, chunk, bf16=bf16)
            digest.update(larger.numpy().tobytes())
            for encoder, metric in PNG_METRICS.items():
                sums[f"{run.dataset}/{part}_{metric}"].append(png_total(larger, encoder))
        pair(found, {name: sizes[: len(chunks)] for name, sizes in record.thousands.items()}, sums)
    if whole:
        found.texts["sha256"] = (record.sha256, digest.hexdigest())
    else:
        found.missing.append(
            f"all but {min(upscaled.CHUNK, len(data.test_images)):,} of its images, unless it is named"
        )
    return found


def _classification(record: ClassifyRecord) -> Again:
    if record.recipe != SHORT:
        return Again(missing=[f"the classifier's weights are not published; `{record.command}` trains it again"])
    found = Again(trained=True, briefly=True)
    with tempfile.TemporaryDirectory() as folder, _as_recorded(record.precision, found):
        made = records.read(classify.train(record.run, Path(folder) / record.run.name) / records.RECORD, ClassifyRecord)
    pair(found, record.metrics, made.metrics)
    found.texts |= {f"correct {name}": (digits, made.correct.get(name, "")) for name, digits in record.correct.items()}
    return found


def _as_recorded(precision: str | None, found: Again) -> AbstractContextManager[None]:
    """Multiply in what the record names until the block ends; where its bf16 has no units here, `found.missing` says so."""
    if precision == "bf16" and not hardware.bf16_units():
        found.missing.append("its bf16, for which this machine has no units: float32 is compared with it")
    return nullcontext() if precision == "bf16" else hardware.only_float32()


def _judged(
    record: Record, network: SuperresRecord | None, sets: list[str], found: Again
) -> Iterator[tuple[nn.Module | str, Photographs]]:
    """The method that a record measured, with each of its sets that is here; what is not goes into `found.missing`."""
    method: nn.Module | str = record.method
    if network and network.steps:
        file = sources.weights(network)
        if file is None:
            found.missing.append(f"its weights are not published; `{network.command}` trains it again")
            return
        method = store.load(file).to(hardware.device())
    for name in sets:
        pictures = _here(name, found, degrade=network.degraded_by if network else degradation.BICUBIC)
        if pictures:
            yield method, pictures


def _here(name: str, found: Again, grey: bool = True, degrade: str = degradation.BICUBIC) -> Photographs | None:
    """A set to measure on, if it is here with the pictures that the studies used."""
    try:
        pictures = _load(name, grey, degrade)
        different = [each for part in name.split("+") for each in _differences(part.removesuffix(HALVED))]
    except UserError:
        found.missing.append(f"{name} is not here")
        return None
    if different:
        found.missing.append(f"{name} has other pictures here: {different[0]}")
        return None
    return pictures


@cache
def _load(name: str, grey: bool, degrade: str = degradation.BICUBIC) -> Photographs:
    return photographs.load(name, grey, degrade)


@cache
def _differences(name: str) -> tuple[str, ...]:
    is_known = name in checksums.known() or name in photographs.PARTS
    return tuple(checksums.problems(name)) if is_known else ()


def _fractions(name: str, record: SuperresRecord, found: Again) -> dict[str, float]:
    """Fractions of elements that a row selects: of a set, or of the training set and the parts that it joins."""
    pictures_of = str(record.data.name) if name == "train" else name
    if _here(pictures_of, found, grey=name != "train") is None:
        return {}
    fractions = {}
    for each, high in _shares(pictures_of, name != "train", float(record.alpha or 0)).items():
        own = name if each == pictures_of else each
        fractions[f"{own}/selected_fraction"] = 1 - high if record.mask == "low" else high
    return fractions


@cache
def _shares(name: str, grey: bool, alpha: float) -> dict[str, float]:
    return evaluation.selected_fractions(_load(name, grey), alpha)
