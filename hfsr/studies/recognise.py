"""Have frozen classifiers judge images that were halved and upscaled back, and leave a record (`hfsr.studies.recognition`)."""

import math
import time
from pathlib import Path

import numpy as np
from torch import Tensor, nn

from hfsr.analysis.agreement import error_profile
from hfsr.analysis.detail import TRUTH, above_kept
from hfsr.analysis.spectrum import ENCODERS, PNG_METRICS, png_total, radial_profile
from hfsr.data import labelled
from hfsr.data.catalogue import SETS
from hfsr.errors import UserError
from hfsr.files import exclusive
from hfsr.images import resize_bicubic
from hfsr.models import store
from hfsr.studies import classify, contents, provenance, recipes, records, sources, upscaler
from hfsr.studies.halves import Halves, Values
from hfsr.studies.recognition import PLAIN, SHARPENED, Recognition, RecognitionRecord
from hfsr.studies.records import WEIGHTS, Data, Settings
from hfsr.studies.upscaled import CHUNK
from hfsr.studies.upscaling import Method, Sharpening, upscale_images
from hfsr.training import hardware


def called(name: str, judges_steps: int | None = None) -> Recognition:
    """The recognition of a network, by its run or model, or "truth", "nearest", "bicubic" or "sharpened" with a recipe's name.

    Raises
    ------
    UserError
        If there is no such recipe, run or model.

    Examples
    --------
    >>> called("wdsr-a1-5").name, called("truth-bench").name
    ('wdsr-a1-5-bench-s0', 'truth-bench')
    """
    plain, _, recipe = name.partition("-")
    if plain in PLAIN:
        if not recipe:
            raise UserError(f"{name}: of which recipe? Name it too, such as {plain}-bench")
        return Recognition(recipes.superres(recipe), None, plain, judges_steps)  # type: ignore[arg-type]
    run = sources.named(name).run
    return Recognition(run.recipe, run, TRUTH, judges_steps)  # type: ignore[arg-type]


def recognise(run: Recognition, out: Path | str | None = None) -> Path:
    """Measure one row, and leave a record.

    Parameters
    ----------
    run : Recognition
    out : path, optional
        The folder; by default that of the run.

    Returns
    -------
    Path
        The folder with ``record.json``.

    Raises
    ------
    UserError
        If a network, a classifier or a set is missing, or the folder holds another record.

    Examples
    --------
    >>> recognise(called("truth-bench", judges_steps=1))
    Traceback (most recent call last):
        ...
    hfsr.errors.UserError: ...: 20 of its classifiers are not trained yet; `make study STUDY=recognition ...` trains all, ...
    """
    folder = Path(out) if out else run.folder
    if missing := [judge for part in run.parts for judge in run.judges(part) if not judge.is_finished]:
        raise UserError(
            f"{run.name}: {len(missing)} of its classifiers are not trained yet; "
            f"`make study STUDY=recognition RECIPE={run.recipe.name}` trains all, `{missing[0].command}` the first"
        )
    of, digest, method = _method(run)
    used: Settings = {"of": of, "network_sha256": digest, "judges_sha256": run.judges_sha256()}
    if run.finished_in(folder, used):
        return folder

    with exclusive(folder):
        if not run.finished_in(folder, used):  # another process may have made it just now
            _measure(run, folder, used, method)
    return folder


def _measure(run: Recognition, folder: Path, used: Settings, method: Method) -> None:
    """Measure half by half: a call that was stopped goes on after the last half that it has finished."""
    per_image: dict[str, Values] = {}
    amounts: dict[str, float] = {}
    digests = {name: labelled.load(name).digest for name in run.sets}
    made_from = run.identity() | used | {"data_digest": digests, "device": hardware.describe()}
    halves, count = Halves(folder, made_from), 0
    for name in run.sets:
        parts, own = [part for part in run.parts if labelled.whole(part) == name], method
        if own == SHARPENED:  # once a set, on images of its first half
            some = labelled.load(parts[0]).test_images[: upscaler.MATCHED]
            sharpening = upscaler.called(SHARPENED).method(resize_bicubic(some, 0.5))
            assert isinstance(sharpening, Sharpening)
            own, amounts[name] = sharpening, sharpening.amount
        for part in parts:
            start, data = time.monotonic(), labelled.load(part)
            count += len(data.test_images)
            if part not in halves.measured:
                judges = [store.load(judge.folder / WEIGHTS).to(hardware.device()) for judge in run.judges(part)]
                measured = judged(own, data.test_images, data.test_labels, judges)
                halves.add(part, measured, time.monotonic() - start)
            for metric, values in halves.measured[part].items():
                per_image.setdefault(name, {}).setdefault(metric, []).extend(values)
    found: Settings = {
        "data": Data(name="+".join(run.sets), images=count, digest=digests),
        "metrics": contents.means(per_image),
        "per_image": per_image,
        "curves": {},
        "encoders": ENCODERS,
        "seconds": round(halves.seconds, 1),
        "sharpening": amounts or None,
    }
    origin = vars(provenance.origin(run.command))
    records.write(folder, records.made(RecognitionRecord, run.identity(), used, origin, found))
    halves.remove()


def _method(run: Recognition) -> tuple[str | None, str | None, Method]:
    """The published name, the digest and the network, or a word, for what upscales."""
    if run.measured:
        source = sources.of(run.measured)
        assert source.weights is not None  # it is trained
        return source.record, source.digest, store.load(source.weights).to(hardware.device())
    if run.plain == SHARPENED:
        matched = upscaler.called(SHARPENED)
        return matched.network, matched.digest, SHARPENED
    return None, None, run.plain


def judged(method: Method, truth: Tensor, labels: Tensor, judges: list[nn.Module]) -> Values:
    """Halve images, upscale them back, and measure them, a thousand at a time.

    Parameters
    ----------
    method : Module, Sharpening or str
        As for `hfsr.studies.upscaling.upscale_images`, or "truth": the images stay as they are.
    truth : Tensor, (N, 3, H, W), uint8
        Of even sides.
    labels : Tensor, (N,), int64
    judges : list of Module
        Classifiers, in evaluation mode.

    Returns
    -------
    dict of str -> list of float
        A value a thousand images, rounded to six digits after the point: ``accuracy``, the mean over the judges, and
        ``accuracy_judge0`` and so on, each one's; ``psnr_rgb_border0``, of the mean squared error of the thousand, not for
        the truth, where it is infinite; ``recovered``, 1 less the error's power above 0.25 cycles a pixel as a share of the
        truth's, as in `hfsr.analysis.detail.numbers` but with both summed over the thousand; ``png_bytes`` and
        ``png_bytes_strongest``, bytes an image.

    Examples
    --------
    >>> import torch
    >>> from hfsr.classifiers import ResNet
    >>> truth, labels = torch.randint(256, (4, 3, 8, 8), dtype=torch.uint8), torch.zeros(4, dtype=torch.int64)
    >>> measured = judged("nearest", truth, labels, [ResNet(11).eval()])
    >>> sorted(measured)[:2], len(measured["accuracy"])
    (['accuracy', 'accuracy_judge0'], 1)
    """
    measured: Values = {}
    for images, answers in zip(truth.split(CHUNK), labels.split(CHUNK), strict=True):
        upscaled = images if method == TRUTH else upscale_images(method, resize_bicubic(images, 0.5))
        each = {f"accuracy_judge{n}": classify.evaluate(judge, upscaled, answers)[0] for n, judge in enumerate(judges)}
        values = {"accuracy": float(np.mean(list(each.values()))), **each}
        error = (upscaled.double() - images.double()).square().mean().item()
        if method != TRUTH:
            values["psnr_rgb_border0"] = 10 * math.log10(255**2 / error)
        values["recovered"] = recovered(upscaled, images)
        values |= {metric: png_total(upscaled, encoder) / len(images) for encoder, metric in PNG_METRICS.items()}
        for metric, value in values.items():
            measured.setdefault(metric, []).append(round(value, 6))
    return measured


def recovered(images: Tensor, truth: Tensor) -> float:
    """1 less the power of the images' error above 0.25 cycles a pixel, as a share of the truth's there, of all together.

    Examples
    --------
    >>> import torch
    >>> truth = torch.randint(256, (3, 1, 8, 8), dtype=torch.uint8)
    >>> recovered(truth, truth)
    1.0
    """
    wrong = all_of_it = 0.0
    for image, true in zip(images, truth, strict=True):
        wrong += above_kept(error_profile(image, true))
        all_of_it += above_kept(radial_profile(true))
    return 1 - wrong / all_of_it


def misfits(record: RecognitionRecord) -> list[str]:
    """What does not fit in a record: how many thousands were measured, and an accuracy that is not its judges' mean.

    Examples
    --------
    >>> from hfsr.studies import published
    >>> [misfits(record) for record in published.stale_or_not(RecognitionRecord).values() if misfits(record)]
    []
    """
    found = []
    for name, measured in record.per_image.items():
        images = SETS[name][0]
        wanted = sum(math.ceil(half / CHUNK) for half in ((images + 1) // 2, images // 2))
        counts = {metric: len(values) for metric, values in measured.items()}
        found += [
            f"{name}/{metric} has {count} values, not {wanted}" for metric, count in counts.items() if count != wanted
        ]
        judges = [values for metric, values in measured.items() if metric.startswith("accuracy_judge")]
        if not abs(np.mean(judges) - np.mean(measured["accuracy"])) < 1e-5:
            found.append(f"{name}/accuracy is not the mean of its judges'")
    return found + records.differences({"encoders": ENCODERS}, vars(record))
