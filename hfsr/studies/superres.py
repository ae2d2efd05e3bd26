"""The super-resolution study (Section IV.B): the loss of each row, training, evaluation."""

from pathlib import Path
from typing import Any

import torch
from accelerate.utils import set_seed
from torch import Tensor, nn

from hfsr.analysis import evaluation
from hfsr.data import photographs
from hfsr.data.photographs import Photographs
from hfsr.images import to_float
from hfsr.losses import Reduction, l1, masked_l1
from hfsr.models import SRCNN, WDSR
from hfsr.studies import recipes, runs, superres_runs
from hfsr.studies.superres_runs import Settings
from hfsr.training import loop, processes
from hfsr.training.crops import Batch, Crops, Mask, batch_mask, turned
from hfsr.training.loop import Progress
from hfsr.weightmap import Alpha


def batch_loss(model: nn.Module, batch: Batch, alpha: float, mask: Mask, reduction: Reduction) -> Tensor:
    """Loss of one update (Eqs 1-3).

    The mask is made before the crops are turned: a tie between neighbours (Eq 6) falls to another one in a turned image.
    """
    lr, hr = turned(batch.lr, batch.turns), turned(batch.hr[..., 1:-1, 1:-1], batch.turns)
    sr = model(to_float(lr).contiguous(memory_format=torch.channels_last))
    if mask == "all":
        return l1(sr, to_float(hr))
    selected = turned(batch_mask(batch, alpha, mask), batch.turns)
    loss = masked_l1(sr, to_float(hr), selected, reduction)
    return loss * processes.weight(selected.sum()) if reduction == "batch" else loss


def train(
    method: str = "wdsr",
    alpha: Alpha = 0,
    mask: Mask | None = None,
    reduction: Reduction = "batch",
    seed: int = 0,
    recipe: str = "quick",
    steps: int | None = None,
    data: str | None = None,
    out: Path | str | None = None,
) -> Path:
    """Train, measure, and leave a record: one run of Table I. It goes on where an interrupted one of the same settings stopped.

    Parameters
    ----------
    method : {"wdsr", "srcnn", "bicubic"}
        Bicubic interpolation has nothing to train: it is measured, and the other settings but the recipe are ignored.
    alpha : float, int or str
        Eq 7's alpha; 0 trains on every element.
    mask : {"all", "high", "random", "low"}, optional
        Which elements count, see `batch_mask`; by default "all" for alpha = 0, else "high".
    reduction : {"batch", "image"}
        How the loss is averaged, see `hfsr.masked_l1`.
    seed : int
        Of the network's first weights and of the crops.
    recipe : str
        A name in `hfsr.studies.recipes.SUPERRES`.
    steps : int, optional
        Updates, where not the recipe's.
    data : str, optional
        Training photographs, where not the recipe's.
    out : path, optional
        The run's folder; by default ``runs/superres/`` and a name made of the settings.

    Returns
    -------
    Path
        The run's folder: ``record.json``, ``weights.safetensors`` (float16), ``log.jsonl``, ``checkpoint.safetensors``.

    Raises
    ------
    UserError
        For settings that make no sense, data that is not there, a checkpoint of another run, a loss that is not finite.
    """
    plan = recipes.superres(recipe)
    row = superres_runs.settings(method, alpha, mask, reduction, seed, recipe, steps, data)
    if row["method"] == "bicubic":
        return _measured(row, Path(out) if out else runs.folder("superres", superres_runs.run_name(row)))
    pictures = photographs.load(row["data"])
    row["data"] = pictures.name
    folder = Path(out) if out else runs.folder("superres", superres_runs.run_name(row))
    if runs.finished(folder, row, pictures.digest):
        return folder

    watched = photographs.load(plan.watch, grey=True)
    set_seed(seed)
    model: nn.Module = WDSR(blocks=plan.blocks) if method == "wdsr" else SRCNN()
    task = loop.Task(
        model=model,
        optimizer=torch.optim.Adam(model.parameters()),
        rate=lambda step: plan.schedule.rate(step, row["steps"]) * (plan.srcnn_rate if method == "srcnn" else 1),
        batch=Crops(pictures, plan.crop, plan.batch, seed),
        loss=lambda model, batch: batch_loss(model, batch, row["alpha"], row["mask"], row["reduction"]),
        images=plan.batch,
        watch=lambda model: {f"{watched.name}/psnr_y_border2": evaluation.mean_psnr(model, watched)},
        checks=plan.checks,
    )
    progress = loop.fit(task, folder, row | {"data_digest": pictures.digest}, row["steps"])

    if processes.is_main():
        judged = [photographs.load(name, grey=True) for name in plan.evaluation]
        device = next(model.parameters()).device
        published = runs.save_weights(folder, model).to(device)
        runs.write_record(
            folder,
            row,
            data={"name": pictures.name, "images": len(pictures.names), "digest": pictures.digest},
            progress=progress,
            images=plan.batch,
            metrics=_shares(pictures, judged, row),
            per_image={each.name: evaluation.evaluate(published, each) for each in judged},
            command=superres_runs.command(row),
        )
    processes.wait()
    return folder


def _measured(row: Settings, folder: Path) -> Path:
    """The record of bicubic interpolation, which has nothing to train."""
    if not runs.finished(folder, row):
        judged = [photographs.load(name, grey=True) for name in recipes.superres(row["recipe"]).evaluation]
        runs.write_record(
            folder,
            row,
            data={"name": None, "images": 0, "digest": None},
            progress=Progress(row),
            images=0,
            metrics={},
            per_image={each.name: evaluation.evaluate("bicubic", each) for each in judged},
            command=superres_runs.command(row),
        )
    return folder


def _shares(trained_on: Photographs, judged: list[Photographs], row: dict[str, Any]) -> dict[str, float]:
    """Share of the elements that the loss is taken on: of the training set, of its parts, of the sets it is judged on."""
    if row["mask"] == "all":
        return {"train/selected_fraction": 1.0}
    shares: dict[str, float] = {}
    for pictures in (trained_on, *judged):
        for name, high in evaluation.selected_shares(pictures, row["alpha"]).items():
            own = "train" if name == trained_on.name else name
            shares[f"{own}/selected_fraction"] = 1 - high if row["mask"] == "low" else high
    return shares
