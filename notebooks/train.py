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
# *Does a super-resolution network learn as well from the pixels that differ most from their neighbours as from all of them?* This page
# trains one network on this machine, from real photographs, the way Sections III.A and IV.B of the paper ([Zhou
# 2020](../book/bibliography.md#zhou2020improving)) describe: first by hand, in a loop of fifteen lines, then as the study does it.
#
# A few minutes on a handful of pictures show how the answer is made. The [study](superres.ipynb) has it, with longer runs, several seeds
# and controls.

# %% tags=["remove-cell"]
from importlib.util import find_spec

from IPython import get_ipython

# Downloaded alone, or on Colab: the project comes first, and its folder is where the records lie.
if find_spec("hfsr") is None:
    fetch = "git clone --depth 1 https://github.com/OWNER/hfsr"
    get_ipython().system(f"{fetch} && pip install -q './hfsr[study,report]'")
    get_ipython().run_line_magic("cd", "hfsr")

# %% tags=["hide-input"]
import time

import pandas as pd
import torch

import hfsr
from hfsr import upscale
from hfsr.analysis import evaluation
from hfsr.data import photographs
from hfsr.images import to_uint8
from hfsr.models import WDSR, parameters
from hfsr.models.store import load
from hfsr.report import figures, paper, printed
from hfsr.report.folded import Folded
from hfsr.studies import recipes, superres
from hfsr.studies.records import RECORD, WEIGHTS, read
from hfsr.studies.rows import Row
from hfsr.studies.run import log, shown
from hfsr.studies.superres_run import SuperresRecord, SuperresRun
from hfsr.training import crops, selection
from hfsr.weightmap import alpha_label

# %% [markdown]
# From a terminal, any of these settings can be set by papermill, which wants a place for the executed
# notebook too: `papermill notebooks/train.ipynb runs/train-0.2.ipynb -p alpha 0.2`.

# %% nbmake={"mock": {"steps": 60}} tags=["parameters"]
method = "wdsr"  # or "srcnn"
alpha = "1/5"  # a number or a fraction; 0 trains on every pixel
recipe = "quick"  # "bench" and "paper" are hours and days
seed = 0
steps = 400  # iterations, some minutes; None: the recipe's, five times as many
data = None  # training photographs: a name or a folder; None: the recipe's

# %% [markdown]
# ## The answer
#
# Yes where it counts, as far as minutes can show. Trained on the selected elements alone, the network below gains more than half a decibel over
# bicubic interpolation on such elements of photographs that it has not seen. On the others, the smooth ones, it loses several decibels: training
# left them out. Bicubic interpolation has these right to within a grey level or two, so even a loss of decibels is small there.
#
# ## The idea
#
# A network upscales a low-resolution image $X$ to $Y'$, and learns from the difference to the ground truth $Y$. The paper
# adds the dashed part: a weight map $W$ made from $Y$ decides where that difference counts.

# %% mystnb={"figure": {"name": "fig-framework"}, "image": {"alt": "Flow chart: the low-resolution image X goes through the network to Y prime; its difference to the ground truth Y is multiplied by the weight map W, made from Y, before it becomes the loss."}} tags=["hide-input"]
figures.framework()

# %% [markdown]
# **Figure.** The training framework (the paper's Fig 1). Solid: training as usual. Dashed: what the paper adds.
#
# Usually the loss $l$ of an image of $w \times h$ pixels and $c$ channels is the mean absolute difference, and the loss
# $l_b$ of a batch is the mean over its $N$ images:
#
# $$ l = \frac{1}{whc} \sum_{i=1}^{w} \sum_{j=1}^{h} \sum_{k=1}^{c} \left| Y[i,j,k] - Y'[i,j,k] \right| \tag{1} $$
#
# $$ l_b = \frac{1}{N} \sum_{n=1}^{N} l^{(n)} \tag{2} $$
#
# The paper takes it on the $m$ selected elements alone, those where the weight map $W$ is 1:
#
# $$ l = \frac{1}{m} \sum_{i=1}^{w} \sum_{j=1}^{h} \sum_{k=1}^{c} \left| \left( Y[i,j,k] - Y'[i,j,k] \right) W[i,j,k] \right| \tag{3} $$
#
# ## One batch
#
# A batch is random crops of the training photographs, in one of eight orientations. Which elements of a crop count is decided by the
# statistics of the *whole* photograph that it comes from ([Eq 7](weight_map.ipynb#eq-7)).

# %%
plan = recipes.superres(recipe)
pictures = photographs.load(data or plan.data)
chosen = Row(method, alpha)
batches = crops.Crops(pictures, plan.crop, batch=4, seed=seed)
batch = batches(0)
mask = selection.batch_mask(batch, chosen.alpha, chosen.mask)
hr = batch.hr[..., 1:-1, 1:-1]  # the rim of one pixel is there for the neighbours
shares = mask.double().mean(dim=(1, 2, 3))
print(f"{len(pictures.names)} photographs: {', '.join(pictures.names[:8])}")
print("fraction selected of each crop:", *(f"{share:.0%}" for share in shares))
# By each crop's own mean and deviation, which is not the paper's way.
own = hfsr.selection_mask(hr, alpha)
otherwise = (own != mask).double().mean()
print(f"selected otherwise by the crops' own statistics: {otherwise:.0%}")

# %% mystnb={"image": {"alt": "Two rows of four small crops: above the ground truth, below the mask of each, bright where an element is selected."}} tags=["hide-input"]
panels = {f"crop {i + 1}": hr[i] for i in range(4)} | {
    f"mask {i + 1}": to_uint8(mask[i].float()) for i in range(4)
}
figures.side_by_side(panels, columns=4)

# %% [markdown]
# **Look at** the crops with the least selected: they show a smoother part of their photograph.
#
# **Try it.** Set `alpha = "1"`, five times as far from the mean. What is left?
#
# <details><summary>What you find</summary>
#
# Of these four crops between a twentieth and three quarters, instead of about half and more: the strongest edges alone.
#
# </details>
#
# ## The loss by hand
#
# [Eq 3](#eq-3) is one line of PyTorch: the absolute differences where the mask is true, averaged. Crop by crop first, then over the crops,
# that is [Eq 2](#eq-2) as printed, and what `HighFrequencyL1` does by itself. The code that made the paper's figures averages over all
# selected elements of a batch at once; the study follows it, with `reduction="batch"`.

# %%
torch.manual_seed(seed)
small = WDSR(blocks=2)
truth, output = hr / 255, small(batch.lr / 255)
apart = (truth - output).abs()
as_printed = torch.stack([each[m].mean() for each, m in zip(apart, mask, strict=True)]).mean()
at_once = apart[mask].mean()
loss = hfsr.HighFrequencyL1(alpha)(output, truth, mask=mask)
print(f"crop by crop first  {as_printed:.6f}, HighFrequencyL1 {loss:.6f}")
loss = hfsr.HighFrequencyL1(alpha, reduction="batch")(output, truth, mask=mask)
print(f'the batch at once   {at_once:.6f}, HighFrequencyL1 with reduction="batch" {loss:.6f}')

# %% [markdown]
# **Try it.** Leave `mask=mask` out. What does the loss select then, and is it smaller or larger?
#
# <details><summary>What you find</summary>
#
# It selects by each crop's own mean and deviation: of the second crop, whose weights scatter less than its photograph's, 79 % instead of
# 49 %, of the others a little less. The loss grows by half a per cent; what the network learns from changes more.
#
# </details>
#
# ## A training loop of your own
#
# Nothing is hidden: this is all that training takes. The loss is small and noisy, because every batch holds other crops.

# %%
adam = torch.optim.Adam(small.parameters(), lr=4e-3)
for step in range(60):
    batch = batches(step)
    mask = selection.batch_mask(batch, chosen.alpha, chosen.mask)
    truth, output = batch.hr[..., 1:-1, 1:-1] / 255, small(batch.lr / 255)
    loss = (truth - output).abs()[mask].mean()
    adam.zero_grad()
    loss.backward()
    adam.step()
    if step % 20 == 0:
        print(
            f"iteration {step:2}: loss {loss:.3f} on {mask.double().mean():.0%} of the elements"
        )

# %% [markdown]
# **Try it.** Turn the method round: train on `~mask`, the elements that it leaves out. What happens to the loss, and what would the network
# be worth?
#
# <details><summary>What you find</summary>
#
# The loss is much smaller from the start: smooth elements are easy, any interpolation gets them nearly right. For the same reason there is
# little to learn from them. In the study that network ends little above bicubic interpolation ([the study](superres.ipynb), row
# *complement*).
#
# </details>
#
# ## Why the two averages differ
#
# In some crops hardly anything is selected, in others nearly all. Averaged crop by crop, each crop counts the
# same, so that the few elements of a nearly empty crop weigh much more than those of a full one.

# %% mystnb={"figure": {"name": "fig-crop-shares"}, "image": {"alt": "Histogram of a thousand crops by the fraction of their elements that is selected, spread from nearly none to all."}} tags=["hide-input"]
fractions = {}
for size in (plan.crop, recipes.superres("paper").crop):
    many = crops.Crops(pictures, size, batch=1000, seed=seed)(0)
    mask = selection.batch_mask(many, chosen.alpha, chosen.mask)
    fractions[size] = mask.double().mean(dim=(1, 2, 3))
    few, most = fractions[size].quantile(0.25), fractions[size].quantile(0.75)
    print(
        f"crops of {2 * size}x{2 * size}: one in four has less than {few:.1%} selected, one in four more than "
        f"{most:.1%};\nas printed, an element of the former weighs {most / few:.1f} times one of the latter, or more"
    )
figures.crop_fractions(fractions[plan.crop])

# %% [markdown]
# **Figure.** Fraction of the elements selected, crop by crop, in the crops that are trained on here and in `bench`. The paper's are three
# times as large a side: they differ less, and so would the two averages. What the loss as printed costs here, and what weighing crops brings,
# holds for small crops.
#
# ## As the study does it
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
print("trained now:" if fresh else "read, not trained again:", shown(folder))
print(f"{parameters(network):,} parameters")
print(f"{record.steps} iterations, {record.seconds:.0f} s")
print(f"{record.images_per_second:.0f} crops/s on {record.device}")
print(f"command  {record.command}\nweights  sha256 {record.weights_sha256[:16]}…")

# %% mystnb={"figure": {"name": "fig-loss"}, "image": {"alt": "Training loss against iterations: it falls steeply at first and then slowly."}} tags=["hide-input"]
figures.curve(log(folder))

# %% [markdown]
# **Figure.** The loss on the selected elements, a few iterations at a time.
#
# ## What it has learned
#
# Measured on held-out photographs, with the network as it is published: weights in float16, computed in float32. The paper's
# Table I is on all colour channels with a border of 8 pixels left out; the literature mostly scores luma with a border of 2. The last two
# rows split the first: elements that the ground truth's mask at $\alpha = 1/5$ selects, and the smooth others.

# %%
held_out = photographs.load("embedded-held-out", grey=True)
methods = {"bicubic": "bicubic", "trained here": network}
measured = {
    name: pd.DataFrame(evaluation.evaluate(method, held_out)).mean()
    for name, method in methods.items()
}
table = pd.DataFrame(measured).rename_axis("means")
table["gain"] = table["trained here"] - table["bicubic"]
selected, others = (
    table.loc[f"psnr_rgb_border8_{part}", "gain"] for part in ("selected", "others")
)
print(f"minus bicubic, on the selected elements: {selected:+.2f} dB")
print(f"minus bicubic, on the others:            {others:+.2f} dB")
digits = {name: "{:.2f}" if "psnr" in name else "{:.4f}" for name in table.index}
table.apply(lambda means: means.map(digits[means.name].format), axis=1).rename(
    index=printed.METRICS
).rename_axis(None)

# %% mystnb={"figure": {"name": "fig-crops"}, "image": {"alt": "The same part of a photograph three times: ground truth, bicubic upscaling, which is softer, and the trained network's."}} tags=["hide-input"]
lr, hr = held_out.lr[0], held_out.hr[0]
top, left = hr.shape[1] // 4, hr.shape[2] // 3
candidates = {
    "ground truth": hr,
    "bicubic": upscale(lr, "bicubic"),
    "trained here": upscale(lr, network),
}
figures.side_by_side(
    {name: image[:, top : top + 96, left : left + 128] for name, image in candidates.items()}
)

# %% [markdown]
# **Figure.** A part of a held-out photograph, upscaled x2.
#
# The network above is a demonstration; the paper's were trained on DIV2K for 300,000 iterations and measured on DIV2K's validation
# images. So the columns below must not be compared with each other, only the rows of one column.

# %% tags=["hide-input"]
row = {"srcnn": "SRCNN"}.get(method) or ("WDSR" if record.mask == "all" else alpha_label(alpha))
ours = table.loc[["psnr_rgb_border8", "ssim_rgb_border8"], ["bicubic", "trained here"]]
ours = ours.round(4).T.set_axis(["Bicubic", row]).set_axis(["PSNR here", "SSIM here"], axis=1)
beside = paper.table1().join(ours, how="outer").reindex([*dict.fromkeys([*paper.METHODS, row])])
Folded("Beside the paper's Table I", {"Table I": beside.round(4).astype(object).fillna("")})
