"""The super-resolution study (Section IV.B), and what beyond it undoes noise and JPEG: losses, training, evaluation."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import torch
from accelerate.utils import set_seed
from torch import Tensor, nn
from tqdm.auto import tqdm

from hfsr.analysis import evaluation
from hfsr.data import catalogue, photographs
from hfsr.data.photographs import Photographs
from hfsr.images import to_float
from hfsr.losses import l1, masked_l1, total_weight
from hfsr.models import SRCNN, WDSR
from hfsr.models.store import load_model
from hfsr.studies import contents, provenance, records
from hfsr.studies.records import Data, Measured, Settings
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun
from hfsr.training import hardware, loop, processes, sharing
from hfsr.training.crops import Batch, Crops, dihedral
from hfsr.training.loop import Progress
from hfsr.training.selection import batch_mask


def batch_loss(model: nn.Module, batch: Batch, row: Row) -> Tensor:
    """Loss of one iteration (Eqs 1-3).

    The mask is made of the upright crops: a tie between neighbours (Eq 6) falls to another one in a mirrored image.

    Examples
    --------
    >>> hr = torch.randint(256, (3, 32, 32), dtype=torch.uint8)
    >>> crops = Crops(Photographs("one", ("noise",), (hr,), (hr[:, ::2, ::2],), ""), crop=8, batch=2, seed=0)
    >>> batch_loss(WDSR(blocks=1), crops(0), Row("wdsr", "1/5")).shape
    torch.Size([])
    """
    lr, hr = dihedral(batch.lr, batch.orientations), dihedral(batch.hr[..., 1:-1, 1:-1], batch.orientations)
    sr = model(to_float(lr).contiguous(memory_format=torch.channels_last))
    if row.mask == "all":
        return l1(sr, to_float(hr))
    selected = dihedral(batch_mask(batch, row.alpha, row.mask), batch.orientations)
    if row.mask == "weighted":
        loss = weighted_l1(sr, to_float(hr), selected.flatten(1).sum(dim=1))
    else:
        loss = masked_l1(sr, to_float(hr), selected, row.reduction, row.outside)
    weights = total_weight(selected.sum(), selected.numel(), row.outside)
    return loss * processes.weight(weights) if row.reduction == "batch" else loss


def weighted_l1(sr: Tensor, hr: Tensor, counts: Tensor) -> Tensor:
    """Mean absolute difference over all elements, each crop weighted by how many of its elements Eq 7 selects: a control.

    Parameters
    ----------
    sr, hr : Tensor, (N, C, H, W), float
    counts : Tensor, (N,)

    Returns
    -------
    Tensor
        Scalar; 0 where nothing is selected in the whole batch.

    Examples
    --------
    >>> sr, hr = torch.zeros(2, 1, 2, 2), torch.tensor([1.0, 0.0]).view(2, 1, 1, 1).expand(2, 1, 2, 2)
    >>> weighted_l1(sr, hr, torch.tensor([3, 1]))  # the crop of error 1 counts thrice as much as that without
    tensor(0.7500)
    """
    crops = (sr.float() - hr).abs().flatten(1).mean(dim=1)
    return (crops * counts).sum() / counts.sum().clamp(min=1)


def train(run: SuperresRun, out: Path | str | None = None) -> Path:
    """Train, measure, and leave a record: one run of Table I. It goes on where an interrupted one of the same settings stopped.

    Parameters
    ----------
    run : SuperresRun
        What has nothing to train, such as bicubic interpolation, is measured.
    out : path, optional
        The run's folder; by default ``runs/superres/`` and its name.

    Returns
    -------
    Path
        The run's folder: ``record.json``, ``weights.safetensors`` (float16), ``log.jsonl``, ``checkpoint.safetensors``.

    Raises
    ------
    UserError
        For data that is not there, a checkpoint of another run, a loss that is not finite.

    Examples
    --------
    >>> import tempfile
    >>> from hfsr import images
    >>> from hfsr.studies import recipes
    >>> with tempfile.TemporaryDirectory() as pictures, tempfile.TemporaryDirectory() as folder:
    ...     noise = torch.randint(256, (3, 32, 32), dtype=torch.uint8, generator=torch.manual_seed(0))
    ...     images.write(Path(pictures) / "noise.png", noise)
    ...     tiny = replace(recipes.superres("quick"), data=pictures, watch=pictures, evaluation=(pictures,), crop=8, blocks=1)
    ...     print(sorted(path.name for path in train(SuperresRun(Row("wdsr"), tiny, steps=1), folder).glob("[!.]*")))
    ['checkpoint.safetensors', 'log.jsonl', 'record.json', 'weights.safetensors']
    """
    if run.data is None or run.seed is None:
        return _measured(run, Path(out) if out else run.folder)
    pictures = sharing.load(run.data, degrade=run.degrade, whole=run.data == run.recipe.data)
    if processes.is_main() and (known := catalogue.SETS.get(pictures.name)) and len(pictures.names) < known[0]:
        tqdm.write(f"{pictures.name}: {len(pictures.names)} of its {known[0]} pictures are here", file=sys.stderr)
    run = replace(run, data=pictures.name)  # of a folder, its own name
    folder, read = Path(out) if out else run.folder, {"data_digest": pictures.digest}
    if run.finished_in(folder, read):
        return folder

    recipe = run.recipe
    _require(recipe.evaluation)
    task = training(run, pictures, hardware.device())
    if processes.is_main() and task.checks:
        watched = photographs.load(recipe.watch, grey=True, degrade=run.degrade)
        task.watch = lambda model: {f"{watched.name}/psnr_y_border2": evaluation.mean_psnr(model, watched)}
    with processes.alone(folder):
        progress = loop.fit(task, folder, run.identity() | read, run.steps)
        if processes.is_main():  # the others leave: measuring may take longer than they are allowed to wait
            network = contents.save_weights(folder, task.model).to(next(task.model.parameters()).device)
            judged = _judged(run)
            data = Data(name=pictures.name, images=len(pictures.names), digest=pictures.digest)
            measured = {each.name: evaluation.evaluate(network, each) for each in judged}
            _write(run, folder, data, progress, measured, _fractions(pictures, judged, run.row))
    return folder


def training(run: SuperresRun, pictures: Photographs, device: torch.device) -> loop.Task:
    """Network, batches and loss of a run that trains on these pictures; nothing is watched.

    Parameters
    ----------
    run : SuperresRun
        Of a network, so with a seed, from which its first weights come where the recipe has no network to start from.
    pictures : Photographs
    device : torch.device
        Where batches are made.

    Examples
    --------
    >>> from hfsr.studies import grid
    >>> run = grid.runs("superres", "quick")["wdsr-a1-5-quick-s0"]
    >>> training(run, photographs.load("embedded-held-out"), torch.device("cpu")).images == run.recipe.batch
    True
    """
    recipe, seed = run.recipe, run.seed or 0
    set_seed(seed)
    is_srcnn = run.row.method == "srcnn"
    scale = pictures.scale
    model: nn.Module = SRCNN(scale) if is_srcnn else WDSR(blocks=recipe.blocks, scale=scale)
    if recipe.start:
        model.load_state_dict(load_model(recipe.start).state_dict())
    return loop.Task(
        model=model,
        optimizer=torch.optim.Adam(model.parameters()),
        rate=lambda step: recipe.schedule.rate(step, run.steps) * (recipe.srcnn_rate if is_srcnn else 1),
        batch=Crops(pictures, recipe.crop, recipe.batch, seed, device),
        loss=lambda model, batch: batch_loss(model, batch, run.row),
        images=recipe.batch,
        watch=lambda model: {},
        checks=recipe.checks * min(run.steps, recipe.steps) // recipe.steps,  # of a short run fewer, down to none
    )


def _measured(run: SuperresRun, folder: Path) -> Path:
    """The record of a method that has nothing to train."""
    if not run.finished_in(folder, {}):
        measured = {each.name: evaluation.evaluate(run.row.method, each) for each in _judged(run)}
        _write(run, folder, Data(name=None, images=0, digest=None), Progress(run.identity()), measured, {})
    return folder


def _require(names: Iterable[str]) -> None:
    """Refuse (`UserError`) a set that is not here: before the training, which may take hours, and without keeping it."""
    for name in names:
        if not catalogue.is_here(name):
            photographs.load(name)  # says where it is to be had


def _judged(run: SuperresRun) -> list[Photographs]:
    return [photographs.load(name, grey=True, degrade=run.degrade) for name in run.recipe.evaluation]


def _write(
    run: SuperresRun, folder: Path, data: Data, progress: Progress, measured: Measured, fractions: dict[str, float]
) -> None:
    trained = contents.training(folder, progress, run.steps, run.recipe.batch)
    origin = provenance.origin(run.command, progress.devices)
    found: Settings = {"data": data, "metrics": fractions | contents.means(measured), "per_image": measured}
    records.write(folder, records.made(run.record_type, run.identity(), trained, vars(origin), found))


def _fractions(trained_on: Photographs, judged: list[Photographs], row: Row) -> dict[str, float]:
    """Fraction of elements that the loss is taken on: of the training set, of its parts, of the sets it is judged on."""
    if row.mask == "all":
        return {"train/selected_fraction": 1.0}
    fractions: dict[str, float] = {}
    for pictures in (trained_on, *judged):
        for name, high in evaluation.selected_fractions(pictures, row.alpha).items():
            own = "train" if name == trained_on.name else name
            fractions[f"{own}/selected_fraction"] = 1 - high if row.mask == "low" else high
    return fractions
