"""The super-resolution study (Section IV.B): the loss of each row, training, evaluation."""

import shlex
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate.utils import set_seed
from torch import Tensor, nn

from hfsr import engine, recipes, runs
from hfsr.crops import MASKS, Batch, Crops, Mask, batch_mask, turned
from hfsr.data import photographs
from hfsr.data.photographs import Photographs
from hfsr.errors import UserError
from hfsr.images import to_float
from hfsr.losses import Reduction, l1, masked_l1
from hfsr.metrics import psnr, ssim
from hfsr.models import SRCNN, WDSR
from hfsr.upscale import upscale
from hfsr.weightmap import Alpha, alpha_label, parse_alpha, selection_mask

METHODS = ("wdsr", "srcnn")
SMALLEST = 2 * 8 + 11  # pixels: the borders and one window of SSIM
JUDGED = "1/5"  # the ground truth's mask that splits PSNR into selected elements and others: one for every row


def batch_loss(model: nn.Module, batch: Batch, alpha: float, mask: Mask, reduction: Reduction) -> Tensor:
    """Loss of one update (Eqs 1-3).

    The mask is made before the crops are turned: a tie between neighbours (Eq 6) falls to another one in a turned image.
    """
    lr, hr = turned(batch.lr, batch.turns), turned(batch.hr[..., 1:-1, 1:-1], batch.turns)
    sr = model(to_float(lr).contiguous(memory_format=torch.channels_last))
    if mask == "all":
        return l1(sr, to_float(hr))
    return masked_l1(sr, to_float(hr), turned(batch_mask(batch, alpha, mask), batch.turns), reduction)


def evaluate(method: nn.Module | str, pictures: Photographs, progress: bool = False) -> dict[str, list[float]]:
    """Measure a method on every picture of a set (Table I and the literature's convention).

    Parameters
    ----------
    method : Module or "bicubic"
        As for `hfsr.upscale.upscale`.
    pictures : Photographs
        Loaded with ``grey=True``, so that grey pictures are scored on their grey values.

    Returns
    -------
    dict
        One list of floats, a picture each, for PSNR in dB and SSIM on RGB (border 8) and luma (border 2), and for PSNR on
        the elements that the ground truth's mask at alpha = 1/5 selects and on the others (RGB, border 8).

    Raises
    ------
    UserError
        If a picture is too small to be measured.
    """
    measured: dict[str, list[float]] = {}
    for title, lr, hr in zip(pictures.names, pictures.lr, pictures.hr, strict=True):
        if min(hr.shape[-2:]) < SMALLEST:
            raise UserError(
                f"{title}: {tuple(hr.shape[-2:])} pixels, too small to be measured: SSIM needs {SMALLEST} a side"
            )
        sr = upscale(method, lr, progress=progress)
        selected = selection_mask(hr, JUDGED)
        for name, value in {
            "psnr_rgb_border8": psnr(sr, hr, 8, "rgb"),
            "ssim_rgb_border8": ssim(sr, hr, 8, "rgb"),
            "psnr_y_border2": psnr(sr, hr, 2, "y"),
            "ssim_y_border2": ssim(sr, hr, 2, "y"),
            "psnr_rgb_border8_selected": psnr(sr, hr, 8, "rgb", selected),
            "psnr_rgb_border8_others": psnr(sr, hr, 8, "rgb", ~selected),
        }.items():
            measured.setdefault(name, []).append(value)
    return measured


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
    """Train one network, measure it, and leave a record; goes on where an interrupted run of the same settings stopped.

    Parameters
    ----------
    method : {"wdsr", "srcnn"}
    alpha : float, int or str
        Eq 7's alpha; 0 trains on every element.
    mask : {"all", "high", "random", "low"}, optional
        Which elements count, see `batch_mask`; by default "all" for alpha = 0, else "high".
    reduction : {"batch", "image"}
        How the loss is averaged, see `hfsr.masked_l1`.
    seed : int
        Of the network's first weights and of the crops.
    recipe : str
        A name in `hfsr.recipes.SUPERRES`.
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
    share = parse_alpha(alpha)
    mask = mask or ("high" if share else "all")
    _check(method, share, mask, reduction, seed, steps)
    steps = plan.steps if steps is None else steps
    pictures = photographs.load(data or plan.data)
    settings: dict[str, Any] = {
        "study": "superres",
        "method": method,
        "alpha": share,
        "mask": mask,
        "reduction": reduction,
        "seed": seed,
        "recipe": plan.name,
        "recipe_digest": recipes.digest(plan),
        "data": pictures.name,
        "steps": steps,
    }
    folder = Path(out) if out else runs.folder("superres", run_name(settings))
    if runs.finished(folder, settings, pictures.digest):
        return folder

    watched = photographs.load(plan.watch, grey=True)
    set_seed(seed)
    model: nn.Module = WDSR(blocks=plan.blocks) if method == "wdsr" else SRCNN()
    task = engine.Task(
        model=model,
        optimizer=torch.optim.Adam(model.parameters()),
        rate=lambda step: plan.schedule.rate(step, steps),
        batch=Crops(pictures, plan.crop, plan.batch, seed),
        loss=lambda model, batch: batch_loss(model, batch, share, mask, reduction),
        images=plan.batch,
        watch=lambda model: {f"{watched.name}/psnr_y_border2": _mean_psnr(model, watched)},
        checks=plan.checks,
    )
    progress = engine.fit(task, folder, settings | {"data_digest": pictures.digest}, steps)

    device = next(model.parameters()).device
    model = runs.save_weights(folder, model).to(device)
    judged = [photographs.load(name, grey=True) for name in plan.evaluation]
    runs.write_record(
        folder,
        settings,
        data={"name": pictures.name, "images": len(pictures.names), "digest": pictures.digest},
        progress=progress,
        images=plan.batch,
        metrics={"train/selected_fraction": _selected_fraction(pictures, share, mask)},
        per_image={each.name: evaluate(model, each) for each in judged},
        command=command(settings),
    )
    return folder


def run_name(settings: dict[str, Any]) -> str:
    """Name of a run's folder: what tells it from its neighbours.

    Examples
    --------
    >>> row = {"method": "wdsr", "alpha": 0.2, "mask": "high", "reduction": "batch", "recipe": "quick", "seed": 1}
    >>> run_name(row | {"steps": 2000, "data": "embedded"})
    'wdsr-a1-5-quick-s1-2000-steps'
    """
    parts = [settings["method"]]
    if settings["method"] == "wdsr" or settings["alpha"]:
        parts.append("a" + alpha_label(settings["alpha"]).replace("/", "-"))
    if settings["mask"] in ("random", "low"):
        parts.append(settings["mask"])
    if settings["reduction"] == "image":
        parts.append("image")
    parts += [settings["recipe"], f"s{settings['seed']}"]
    plan = recipes.superres(settings["recipe"])
    if settings["steps"] != plan.steps:
        parts.append(f"{settings['steps']}-steps")
    if settings["data"] != plan.data:
        parts.append(settings["data"])
    return "-".join(parts)


def command(settings: dict[str, Any]) -> str:
    """The command that makes a run of these settings again; a folder of pictures is named without its path."""
    plan = recipes.superres(settings["recipe"])
    words = ["hfsr train", f"--method {settings['method']}", f"--alpha {alpha_label(settings['alpha'])}"]
    if settings["mask"] in ("random", "low"):
        words.append(f"--mask {settings['mask']}")
    if settings["reduction"] == "image":
        words.append("--reduction image")
    words += [f"--recipe {settings['recipe']}", f"--seed {settings['seed']}"]
    if settings["steps"] != plan.steps:
        words.append(f"--steps {settings['steps']}")
    if settings["data"] != plan.data:
        words.append(f"--data {shlex.quote(settings['data'])}")
    return " ".join(words)


def _mean_psnr(model: nn.Module, pictures: Photographs) -> float:
    pairs = zip(pictures.lr, pictures.hr, strict=True)
    return float(np.mean([psnr(upscale(model, lr), hr, 2, "y") for lr, hr in pairs]))


def _selected_fraction(pictures: Photographs, alpha: float, mask: Mask) -> float:
    """Share of the training elements that the loss is taken on, pooled over all of them (Table I, first column)."""
    if mask == "all":
        return 1.0
    masks = (selection_mask(hr, alpha) for hr in pictures.hr)
    selected, elements = np.sum([(int(one.sum()), one.numel()) for one in masks], axis=0)
    high = float(selected / elements)
    return 1 - high if mask == "low" else high


def _check(method: str, alpha: float, mask: str, reduction: str, seed: int, steps: int | None) -> None:
    if method not in METHODS:
        raise UserError(f"method {method!r} cannot be trained: choose one of {', '.join(METHODS)}")
    if mask not in MASKS:
        raise UserError(f"mask {mask!r} is not known: choose one of {', '.join(MASKS)}")
    if (mask == "all") != (alpha == 0):
        raise UserError(
            f'mask "{mask}" does not go with alpha = {alpha:g}: "all" is alpha = 0, the others need alpha > 0'
        )
    if reduction not in ("batch", "image"):
        raise UserError(f"reduction {reduction!r} is not known: choose batch or image")
    if seed < 0:
        raise UserError(f"a seed is a whole number of at least 0, not {seed}")
    if steps is not None and steps < 1:
        raise UserError(f"a run has at least 1 update, not {steps}")
