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
# # Table I, measured
#
# *Does a network trained on about half of the elements reach the PSNR and SSIM of one trained on all of them? And if it does, is
# it because of which elements they are?* This page is Section IV.B of the paper {cite}`zhou2020improving` carried out with several
# seeds, with controls and with intervals. Every number comes from the published records; {doc}`/book/provenance` gives the command
# of each, and `make study` trains them all again.

# %%
import pandas as pd

import hfsr
from hfsr import evaluation, figures, literature, paper, recipes, tables
from hfsr.data import photographs
from hfsr.upscale import upscale

# %% tags=["parameters"]
recipe = (
    "bench"  # whose records are shown; "long" are the two that were trained ten times as long
)

# %% [markdown]
# ## What was trained
#
# One WDSR-A network of 8 blocks {cite}`yu2018wide` a row and seed. The rows of one seed start from the same weights and see the same
# crops in the same order; they differ in the elements that the loss is taken on. Training photographs: T91 {cite}`yang2010image`, 400
# of BSDS500 {cite}`martin2001database` and 12 lossless camera photographs. Measured with the last weights, on Set5
# {cite}`bevilacqua2012low`, Set14 {cite}`zeyde2012single`, BSD100 and four more camera photographs; nothing was selected on them.

# %%
plan = recipes.superres(recipe)
runs = tables.published(recipe)
print(
    f"{plan.steps:,} updates of {plan.batch} crops of {plan.crop}x{plan.crop} low-resolution pixels"
)
print(
    f"learning rate {plan.schedule.peak:g}, warmed up over {plan.schedule.warmup} updates, then a cosine to zero"
)
print(f"training photographs: {plan.data}")
names = tables.labels(recipe)
for row, records in runs.items():
    steps = f"{records[0]['steps']:,} updates" if records[0]["steps"] else "nothing to train"
    print(f"{names[row]:26} {len(records)} run{'s' * (len(records) > 1)}, {steps}")
missing = [label for row, label in names.items() if row not in runs]
print("not run yet:", ", ".join(missing) or "none")

# %% [markdown]
# ## The share of the elements
#
# Pooled over all elements of a set, beside the shares of the paper's Table I for DIV2K. The controls use the share of
# $\alpha = 1/5$: *random elements* takes in every crop as many as the mask has, drawn anew at each update; *smooth elements*
# takes those that the mask leaves out.

# %% tags=["hide-input"]
parts = [*plan.data.split("+"), *plan.evaluation]
shares = pd.DataFrame(
    {
        names[row]: records[0]["metrics"]
        for row, records in runs.items()
        if records[0]["mask"] != "all"
    }
).T.reindex(columns=[f"{part}/selected_fraction" for part in ["train", *parts]])
shares.columns = ["all training", *parts]
beside = paper.table1()["share"].rename("paper: DIV2K")
shares.join(beside).map("{:.1%}".format).replace("nan%", "").T

# %% [markdown]
# ## Table I
#
# Means over the seeds with their standard deviation: first in the convention of the paper's code (all colour channels, a border
# of 8 pixels left out; {doc}`/book/conventions`), with the paper's own figures, which were measured on DIV2K's validation
# images, at the right. Compare rows of one column, not columns.

# %% tags=["hide-input"]
sets = list(plan.evaluation)
psnr = tables.means(recipe, [f"{name}/psnr_rgb_border8" for name in sets]).set_axis(
    sets, axis=1
)
theirs = paper.table1()["psnr"].map("{:.2f}".format).rename("paper: DIV2K")
psnr.rename(index=names).rename_axis("PSNR, dB (RGB, border 8)").join(theirs).fillna("")

# %% tags=["hide-input"]
ssim = tables.means(recipe, [f"{name}/ssim_rgb_border8" for name in sets], digits=4)
theirs = paper.table1()["ssim"].map("{:.4f}".format).rename("paper: DIV2K")
ssim = ssim.set_axis(sets, axis=1).rename(index=names)
ssim.rename_axis("SSIM (RGB, border 8)").join(theirs).fillna("")

# %% [markdown]
# Then in the convention of the literature: luma, a border of 2. Below ours stand the published figures (PSNR / SSIM) of SRCNN
# {cite}`dong2016image`, VDSR {cite}`kim2016accurate`, EDSR {cite}`lim2017enhanced` and WDSR-A {cite}`yu2018wide`; VDSR was trained on
# about half of our photographs, SRCNN on ImageNet, the others on DIV2K; the column of DIV2K is on RGB with a border of 8.

# %% tags=["hide-input"]
luma = tables.means(recipe, [f"{name}/psnr_y_border2" for name in sets]).set_axis(sets, axis=1)
luma.rename(index=names).rename_axis("PSNR, dB (Y, border 2)")

# %% tags=["hide-input"]
luma = tables.means(recipe, [f"{name}/ssim_y_border2" for name in sets], digits=4)
luma.set_axis(sets, axis=1).rename(index=names).rename_axis("SSIM (Y, border 2)")

# %% tags=["hide-input"]
literature.benchmarks().rename_axis("published, PSNR / SSIM")

# %% [markdown]
# ## Differences to training on all elements
#
# The rows of a seed are paired: same photographs, same first weights, same crops. So are the images they are measured on. The
# intervals are for the mean difference over other seeds *and* other images of the kind (two crossed random effects, see
# `hfsr.stats`); where a row has one seed, for other images alone. Red where the interval excludes zero.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "PSNR of each row minus that of WDSR-A trained on all elements (luma, border 2), with 95 % intervals.", "name": "fig-differences"}, "image": {"alt": "Four panels, one a benchmark set; in each a point with an interval for every row of the study, on an axis of differences in decibels around zero."}}
trained = [row for row in runs if row not in ("bicubic", "srcnn")]
gaps = {
    name: tables.differences(recipe, name, "psnr_y_border2").reindex(trained[1:]).dropna()
    for name in sets
}
figures.differences(
    {name: table.rename(index=names) for name, table in gaps.items()},
    "difference in PSNR (dB, luma, border 2)",
)

# %% [markdown]
# BSD100 in figures: the mean difference in dB with its interval, the lowest and the highest mean of a single seed, and the share of
# images in which the row is ahead.

# %% tags=["hide-input"]
shown = gaps["bsd100"].rename(index=names)
shown["better"] = shown["better"].map("{:.0%}".format)
shown["seeds"] = shown["seeds"].astype(int)
shown.drop(columns="sign").round(3).rename_axis("minus WDSR")

# %% [markdown]
# ## Where the difference lies
#
# PSNR on the elements that the ground truth's mask at $\alpha = 1/5$ selects, and on the others: the same mask for every row.

# %% tags=["hide-input"]
split = {
    f"{name}, {part}": tables.scores(recipe, f"{name}/psnr_rgb_border8_{part}").mean(axis=1)
    for name in sets
    for part in ("selected", "others")
}
pd.DataFrame(split).rename(index=names).round(2).rename_axis("PSNR, dB (RGB, border 8)")

# %% [markdown]
# ## What it looks like
#
# The window of each held-out photograph in which the networks' results spread furthest from each other: chosen by the
# differences, not by us.

# %% tags=["hide-input"] mystnb={"image": {"alt": "For each of three held-out photographs the same window: ground truth, bicubic, and several networks. The networks' windows are sharper than the bicubic one and hard to tell from each other."}}
held_out = photographs.load("embedded-held-out")
wanted = ["wdsr-a0", "wdsr-a1-5", "wdsr-a1-5-random", "wdsr-a1-5-low"]
networks = {row: hfsr.load_model(row) for row in wanted if row in runs}
windows = {}
for title, lr, hr in zip(held_out.names, held_out.lr, held_out.hr, strict=True):
    results = {names[row]: upscale(network, lr) for row, network in networks.items()}
    top, left = evaluation.most_different(list(results.values()), 64, 96)
    for name, image in (
        {"ground truth": hr, "Bicubic": upscale("bicubic", lr)} | results
    ).items():
        windows[f"{title}: {name}"] = image[:, top : top + 64, left : left + 96]
figures.side_by_side(windows, columns=2)
