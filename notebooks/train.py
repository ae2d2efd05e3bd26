# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,mystnb,nbmake,-all
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Training on the selected pixels
#
# *Does a super-resolution network learn as well from the pixels that differ most from their neighbours as from all of
# them?* This page trains one network on this machine, from real photographs, the way Sections III.A and IV.B of the paper
# {cite}`zhou2020improving` describe, and measures it beside bicubic upscaling on photographs that it has not seen.
# A minute on a handful of pictures cannot answer the question; it shows how the answer is made, and {doc}`superres` gives it.

# %%
import time

import pandas as pd

from hfsr import upscale
from hfsr.analysis import evaluation
from hfsr.data import photographs
from hfsr.images import to_uint8
from hfsr.models import parameters
from hfsr.models.store import load
from hfsr.report import figures, paper
from hfsr.studies import recipes, superres
from hfsr.studies.records import RECORD, WEIGHTS, read
from hfsr.studies.rows import Row
from hfsr.studies.run import log, shown
from hfsr.studies.superres_run import SuperresRecord, SuperresRun
from hfsr.training import crops, selection
from hfsr.weightmap import alpha_label, selection_mask

# %% [markdown]
# These are the settings. From a terminal, any of them can be set by papermill, which wants a place for the executed
# notebook too: `papermill notebooks/train.ipynb runs/train-0.2.ipynb -p alpha 0.2`.

# %% tags=["parameters"] nbmake={"mock": {"steps": 60}}
method = "wdsr"  # or "srcnn"
alpha = "1/5"  # a number or a fraction; 0 trains on every pixel
recipe = "quick"  # "bench" and "paper" are hours and days
seed = 0
steps = None  # iterations; None: as many as the recipe has
data = None  # training photographs: a name or a folder; None: the recipe's

# %% [markdown]
# ## The framework
#
# A network upscales a low-resolution image $X$ to $Y'$, and learns from the difference to the ground truth $Y$. The paper
# adds the dashed part: a weight map $W$ made from $Y$ decides where that difference counts.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The training framework (the paper's Fig 1). Solid: training as usual. Dashed: what the paper adds.", "name": "fig-framework"}, "image": {"alt": "Flow chart: the low-resolution image X goes through the network to Y prime; its difference to the ground truth Y is multiplied by the weight map W, made from Y, before it becomes the loss."}}
figures.framework()

# %% [markdown]
# Usually the loss $l$ of an image of $w \times h$ pixels and $c$ channels is the mean absolute difference, and the loss
# $l_b$ of a batch is the mean over its $N$ images:
#
# $$ l = \frac{1}{whc} \sum_{i=1}^{w} \sum_{j=1}^{h} \sum_{k=1}^{c} \left| Y[i,j,k] - Y'[i,j,k] \right| $$ (eq-l1)
#
# $$ l_b = \frac{1}{N} \sum_{n=1}^{N} l^{(n)} $$ (eq-batch)
#
# The paper takes it on the $m$ selected elements alone, those where the weight map $W$ is 1:
#
# $$ l = \frac{1}{m} \sum_{i=1}^{w} \sum_{j=1}^{h} \sum_{k=1}^{c} \left| \left( Y[i,j,k] - Y'[i,j,k] \right) W[i,j,k] \right| $$ (eq-masked)
#
# The code that made the paper's figures averages over the selected elements of the whole batch at once, so that a crop with
# few of them weighs less. The study follows that code; `reduction="image"` is {eq}`eq-batch` and {eq}`eq-masked` as printed.

# %% [markdown]
# ## One batch
#
# A batch is random crops of the training photographs, in one of eight orientations. Which elements of a crop count is decided
# by the statistics of the *whole* photograph that it comes from ({eq}`eq-mask`).

# %%
plan = recipes.superres(recipe)
pictures = photographs.load(data or plan.data)
batch = crops.Crops(pictures, plan.crop, batch=4, seed=seed)(0)
chosen = Row(method, alpha)
mask = selection.batch_mask(batch, chosen.alpha, chosen.mask)
hr = batch.hr[..., 1:-1, 1:-1]
print(f"{len(pictures.names)} photographs: {', '.join(pictures.names[:8])}")
shares = mask.double().mean(dim=(1, 2, 3))
print("fraction of each crop's elements selected:", *(f"{share:.0%}" for share in shares))
own = selection_mask(hr, alpha)  # by each crop's own mean and deviation: not the paper's way
print(f"selected otherwise by the crops' own statistics: {(own != mask).double().mean():.0%}")

# %% tags=["hide-input"] mystnb={"image": {"alt": "Two rows of four small crops: above the ground truth, below the mask of each, bright where an element is selected."}}
panels = {f"crop {i + 1}": hr[i] for i in range(4)} | {
    f"mask {i + 1}": to_uint8(mask[i].float()) for i in range(4)
}
figures.side_by_side(panels, columns=4)

# %% [markdown]
# Crops differ: in some hardly anything is selected, in others nearly all. Averaged image by image, as printed, each crop counts the
# same, so that the few elements of a nearly empty crop weigh much more than those of a full one. Averaged over the batch, every
# selected element weighs the same.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Fraction of the elements selected, crop by crop.", "name": "fig-crop-shares"}, "image": {"alt": "Histogram of a thousand crops by the fraction of their elements that is selected, spread from nearly none to all."}}
many = crops.Crops(pictures, plan.crop, batch=1000, seed=seed)(0)
shares = selection.batch_mask(many, chosen.alpha, chosen.mask).double().mean(dim=(1, 2, 3))
few, most = shares.quantile(0.25), shares.quantile(0.75)
print(f"one crop in four has less than {few:.1%} selected, one in four more than {most:.1%};")
print(
    f"as printed, an element of the former weighs {most / few:.1f} times one of the latter, or more"
)
figures.crop_shares(shares)

# %% [markdown]
# ## The training
#
# One call trains, measures and leaves a record. Interrupted, the same call goes on from the last checkpoint; a run that is
# already finished is read, not repeated.

# %% tags=["remove-stderr"]
started = time.time()
run = SuperresRun(chosen, plan, seed, steps, data)
folder = superres.train(run)
fresh = (folder / RECORD).stat().st_mtime >= started
record = read(folder / RECORD, SuperresRecord)
network = load(folder / WEIGHTS)
print("trained in this build:" if fresh else "read, not trained again:", shown(folder))
print(f"{parameters(network):,} parameters, {record.steps} iterations, {record.seconds:.0f} s")
print(f"{record.images_per_second:.0f} crops/s on {record.device}")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The loss on the selected elements, a few iterations at a time.", "name": "fig-loss"}, "image": {"alt": "Training loss against iterations: it falls steeply at first and then slowly."}}
figures.curve(log(folder))

# %% [markdown]
# ## What it has learned
#
# Measured on held-out photographs, with the network as it is published: weights in float16, computed in float32. The paper's
# Table I is on all colour channels with a border of 8 pixels left out; the literature mostly scores luma with a border of 2.

# %%
held_out = photographs.load("embedded-held-out", grey=True)
methods = {"bicubic": "bicubic", "trained here": network}
measured = {
    name: pd.DataFrame(evaluation.evaluate(method, held_out)).mean()
    for name, method in methods.items()
}
table = pd.DataFrame(measured).rename_axis("mean over the held-out photographs")
table["gain"] = table["trained here"] - table["bicubic"]
table.round(4)

# %% [markdown]
# The last two rows split the first: elements that the ground truth's mask at $\alpha = 1/5$ selects, and the smooth others.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "A part of a held-out photograph, upscaled x2.", "name": "fig-crops"}, "image": {"alt": "The same part of a photograph three times: ground truth, bicubic upscaling, which is softer, and the trained network's."}}
index = 0
lr, hr = held_out.lr[index], held_out.hr[index]
top, left = hr.shape[1] // 4, hr.shape[2] // 3
candidates = {
    "ground truth": hr,
    "bicubic": upscale(lr, "bicubic"),
    "trained here": upscale(lr, network),
}
pictures_shown = {
    name: image[:, top : top + 96, left : left + 128] for name, image in candidates.items()
}
figures.side_by_side(pictures_shown)

# %% [markdown]
# ## Beside the paper
#
# Table I, and in its convention the two rows measured here. The paper's are networks trained on DIV2K for 300,000 iterations and
# measured on DIV2K's validation images; the one above is a demonstration on other photographs. So the columns must not be
# compared with each other, only the rows of one column.

# %%
row = {"srcnn": "SRCNN"}.get(method) or ("WDSR" if record.mask == "all" else alpha_label(alpha))
theirs = paper.table1()
ours = table.loc[["psnr_rgb_border8", "ssim_rgb_border8"], ["bicubic", "trained here"]].T.round(
    {"psnr_rgb_border8": 2, "ssim_rgb_border8": 4}
)
ours = ours.set_axis(["Bicubic", row]).set_axis(["PSNR here", "SSIM here"], axis=1)
rows = [*theirs.index, *(name for name in ours.index if name not in theirs.index)]
theirs.join(ours, how="outer").loc[rows].astype(object).fillna("")

# %% [markdown]
# Whether half of the elements are enough is a matter of longer runs with several seeds and of controls: {doc}`superres`.

# %%
print(f"record   {shown(folder)}/{RECORD}")
print(f"command  {record.command}")
print(f"weights  sha256 {record.weights_sha256[:16]}…")
