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
# # Does upscaling help a classifier?
#
# *A network that sees small images x2 as large gets nothing that was not in them. Does it recognise more all the same, and does
# it matter what upscaled them?* Section IV.C of the paper {cite}`zhou2020improving` answers yes, by a table of nine networks,
# each trained once. This page follows that section: it upscales a labelled set, trains a small classifier on it, asks how large a
# difference one such run can tell from chance, and then shows the study proper, CIFAR with every row of the paper's table and
# several seeds a row, from its records.

# %%
import itertools

import numpy as np
import pandas as pd
import torch
from IPython.display import display
from scipy.stats import norm

from hfsr.analysis.statistics import mcnemar, runs_needed, smallest_difference
from hfsr.data import labelled
from hfsr.report import accuracies, comparison, epochs, figures, paper
from hfsr.report.layers import table2
from hfsr.studies import classify, recipes, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.run import log, shown
from hfsr.studies.upscaling import upscale_images
from hfsr.weightmap import alpha_label

pd.set_option("display.max_colwidth", None)

# %% [markdown]
# By default the images are scikit-learn's handwritten digits of 8 x 8 pixels, which are on every machine: a demonstration, not
# the study. Where CIFAR is, `papermill notebooks/classify.ipynb runs/c.ipynb -p method wdsr -p alpha 1/5 -p dataset cifar10
# -p seed 1` runs one cell of the study's grid, and with `-p recipe paper` the paper's own network. On digits
# two more are trained for comparison: on the original images and on bicubic ones.

# %% tags=["parameters"] nbmake={"mock": {"steps": 40}}
dataset = "digits"  # or "cifar10", "cifar100"
method = "wdsr-a1-5"  # "bicubic", or a published model
alpha = None  # a number or a fraction picks a model: "wdsr" and 1/5 make "wdsr-a1-5"
recipe = None  # None: "quick" for digits, "bench" (the study below, minutes a run) for CIFAR; "paper": the paper's network, days
seed = 0
steps = None  # iterations; None: as many as the recipe has

# %%
recipe = recipe or ("quick" if dataset == "digits" else "bench")
chosen = method if alpha is None else f"{method}-a{alpha_label(alpha).replace('/', '-')}"
methods = dict.fromkeys(["original", "bicubic", chosen] if recipe == "quick" else [chosen])
plan = recipes.classify(recipe)
planned = {
    name: Classification(dataset, upscaler.called(name), plan, seed, steps) for name in methods
}
data = labelled.load(dataset)
if dataset == "digits":
    torch.set_num_threads(1)  # images this small gain little from more
side = data.train_images.shape[-1]
print(
    f"{dataset}: {len(data.train_labels):,} training and {len(data.test_labels):,} test images, {side}x{side}"
)

# %% [markdown]
# ## The classifier
#
# Table II, read off the network: every output is measured on an image sent through it. Each convolution is given as kernel,
# channels, stride. The last column is what the paper prints. It differs inside the blocks, where it has four times as many
# channels, and in the pooling. As printed the network would have some 17 million parameters; the ResNet-164 that the paper cites
# {cite}`he2016identity` has a tenth of that, and the code that made the paper's figures has the widths below. An image of twice the side is four times
# the work.

# %%
layers = table2(164).join(paper.table2()["details"].rename("as printed"))
hundred = table2(164, classes=100)
print(
    f"{layers['parameters'].sum():,} parameters; with 100 classes {hundred['parameters'].sum():,}"
)
layers.reset_index()

# %% [markdown]
# ## The images
#
# Training and test images are upscaled alike, before the classifier sees any of them. A network trained on colour
# photographs tints the grey digits, which are nothing it knows.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Test images of three classes as they are, and upscaled x2.", "name": "fig-upscaled"}, "image": {"alt": "Three rows of small pictures, one class each: the original pixels, the smoother bicubic upscaling, and the chosen method's."}}
names = dict.fromkeys(["original", "bicubic", chosen])
first = [int((data.test_labels == label).nonzero()[0]) for label in range(3)]
images = data.test_images[first]
upscaled = {"original": images, "bicubic": upscale_images("bicubic", images)}
if chosen not in upscaled:
    upscaled[chosen] = upscale_images(upscaler.called(chosen).load(), images)
figures.side_by_side(
    {f"{data.classes[row]}, {name}": upscaled[name][row] for row in range(3) for name in names},
    columns=len(names),
)

# %% [markdown]
# ## The training
#
# Momentum, weight decay and the highest rate as in the paper's code; in recipe `paper` the rate drops as there, in the shorter ones it
# rises first and then falls along a cosine. Each training image is padded with zeros, cropped at random and,
# but for digits, mirrored at random: a mirrored digit is no digit. Then it is whitened: its mean is taken off, and it is
# divided by its deviation. All networks see the same images in the same order, cropped alike. A finished run of the same
# settings is read and not repeated.

# %% tags=["remove-stderr"]
network = table2(plan.depth, classes=len(data.classes))
print(
    f"ResNet-{plan.depth}, {network['parameters'].sum():,} parameters, batches of {plan.batch}"
)
folders = {}
for name, run in planned.items():
    how = "loaded from" if run.is_finished else "trained in this build:"
    folders[name] = classify.train(run)
    print(f"{name}: {how} {shown(folders[name])}\n    {run.command}")
records = {name: run.record() for name, run in planned.items()}

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The loss on the upscaled images, a few iterations at a time.", "name": "fig-classifier-loss"}, "image": {"alt": "Training loss against iterations: it falls from above two to less than a tenth of that."}}
figures.curve(log(folders[chosen]))

# %% [markdown]
# ## What one run says
#
# A network that is right with probability $p$ on each of $n$ test images is right on a share of them that scatters by the
# standard error $\sqrt{p(1 - p)/n}$. It counts the chance in *which images* were drawn for the test, and takes it that each was drawn
# independently; what another seed would change comes on top.
#
# But all networks were asked about the same images, and most of these tell nothing about a difference: both networks are right, or
# both wrong. What counts are the others (McNemar's test).


# %%
def standard_error(percent, images):
    return np.sqrt(percent * (100 - percent) / images)


test_images = len(data.test_labels)
ours = pd.DataFrame(
    {
        name: [100 * record.metrics[f"{dataset}/test_accuracy"]]
        for name, record in records.items()
    }
).T
ours.columns = ["accuracy (%)"]
ours["standard error"] = standard_error(ours["accuracy (%)"], test_images)
ours["images/s in training"] = [record.images_per_second for record in records.values()]
display(ours.round(2))
right = {
    name: classify.unpack(record.correct[dataset], test_images)
    for name, record in records.items()
}
if recipe != "quick" and steps is None:  # a cell of the grid, beside what is published
    published = accuracies.published(recipe, dataset).items()
    right |= {
        f"{row}, published": accuracies.right(record)
        for row, same in published
        for record in same
        if record.seed == seed
        and row in {"Original", "Bicubic", "WDSR"} - {accuracies.label(chosen)}
    }
for name in [name for name in right if name != chosen]:
    won, lost, p = mcnemar(right[chosen], right[name])
    print(
        f"{chosen} alone right on {won} of {test_images:,} images, {name} alone on {lost}: p = {p:.2g}"
    )

# %% [markdown]
# This is one run each, of one seed. Bicubic is the control: where it gains as much over the original as the network does, the gain
# comes of the larger image, which the classifier works on four times as long, and not of what upscaled it. Handwritten digits say
# nothing about the paper's claim, in either direction.
#
# ## What one run of the paper's says
#
# Table III is one run a row, tested on 10,000 images: here with the interval that follows from that number of images alone.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The paper's Table III, with 95 % intervals from the number of test images alone.", "name": "fig-table3"}, "image": {"alt": "Nine rows of points with wide horizontal intervals for CIFAR-10 and CIFAR-100. Within a panel the intervals overlap nearly everywhere."}}
# Points from seed to seed, of the deeper ResNet-1001: the paper reports none.
SCATTER = {"cifar10": (0.14, 0.20), "cifar100": (0.22,)}
accuracy = paper.table3()
error = standard_error(accuracy, 10_000)
names = accuracies.SETS
intervals = {
    names[name]: pd.DataFrame(
        {
            "mean": accuracy[name],
            "low": accuracy[name] - 1.96 * error[name],
            "high": accuracy[name] + 1.96 * error[name],
        }
    )
    for name in names
}
figures.accuracies(intervals)

# %%
pairs = [("WDSR", row) for row in ("1/7", "1/6", "1/5", "1/4", "1/3")] + [
    ("Bicubic", "1/5"),
    ("Original", "1/5"),
]
rows = []
for name, (a, b) in itertools.product(names, pairs):
    gain = accuracy.loc[b, name] - accuracy.loc[a, name]
    z = gain / np.hypot(*error.loc[[a, b], name])
    row = {"set": names[name], "comparison": f"{b} against {a}", "gain": gain, "z": z}
    row["p"] = 2 * norm.sf(abs(z))
    for scatter in SCATTER[name]:
        needed = f"{runs_needed(abs(gain), scatter):,}" if gain else ""
        row[f"runs, sd {scatter:.2f}"] = needed
    rows.append(row)
display(pd.DataFrame(rows).round(2).fillna("").set_index(["set", "comparison"]))
for name, title in names.items():
    for scatter in SCATTER[name]:
        found = smallest_difference(scatter)
        print(f"{title}, sd {scatter:.2f}: one run a row finds {found:.2f} points")
for name in names:
    every = list(itertools.combinations(accuracy.index, 2))
    far = [
        (a, b)
        for a, b in every
        if abs(np.subtract(*accuracy.loc[[a, b], name]))
        > 1.96 * np.hypot(*error.loc[[a, b], name])
    ]
    print(
        f"{names[name]}: {len(far)} of {len(every)} pairs of rows differ by more than chance, uncorrected",
        *(f"{a} and {b}" for a, b in far),
        sep="\n    ",
    )

# %% [markdown]
# The first five lines of each set are of the method against plain training (WDSR, $\alpha = 0$), the claim in question. $z$ and $p$ treat
# the test draws of two rows as independent, because the paper does not report which images each network got right; with that
# knowledge a smaller difference could be told, as above.
#
# On the same test images the chance in the images weighs less, and what hides a difference is the scatter from seed to seed. The paper does
# not report it; 0.14 and 0.20 points on CIFAR-10 and 0.22 on CIFAR-100 are what the authors of the network give for five runs of a deeper one
# {cite}`he2016identity`, and are assumed here as if known, the two runs as independent. One run a row then finds a difference of the size
# printed above in eight of ten cases. The columns of runs turn that around: so many runs *of each
# row* would, in eight of ten cases, find a gain as large as the paper's. And the best of five $\alpha$ was picked on the same
# test images.

# %% [markdown]
# ## The study
#
# Recipe `bench` is Table III on two processor cores: all rows on CIFAR-10, four of them on CIFAR-100. It is much reduced (the numbers stand
# below): one and a half times through the images, where the paper goes 230 times through two and a half as many. So these networks are far
# from the paper's accuracy, and columns must not be compared with each other; but rows can: all of a seed start from the same weights and
# see the same images in the same order, cropped alike.
#
# An upscaled image costs four times as much in training. So the original size has a control: recipe `long`, four times as many
# iterations, with which it costs what an upscaled row costs in `bench`. The other rows that the claims are about were trained as long too.
#
# Two things are not in the intervals. Each row's images were upscaled by one network, the first seed's of {doc}`superres`: another training
# of it might do better or worse. And the padding is as many pixels at either size, as the paper has it, so that upscaled images are
# shifted half as far as the original ones, in proportion. That touches the original size alone, not what tells the other rows apart.

# %% tags=["hide-input"]
study, longer = recipes.classify(comparison.RECIPE), recipes.classify("long")
for reduced in (study, longer):
    passes = reduced.steps * reduced.batch / reduced.subset
    print(
        f"{reduced.name}: ResNet-{reduced.depth}, {reduced.subset:,} images, "
        f"{reduced.steps:,} iterations of {reduced.batch}: {passes:.1f} epochs"
    )
    table = comparison.table3(reduced.name).rename(columns=names)
    display(table[[title for title in names.values() if (table[title, "here"] != "").any()]])

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Accuracy of every row of bench with its 95 % interval: ours over seeds, the paper's one run over test images. Scales differ.", "name": "fig-accuracies"}, "image": {"alt": "Four charts of nine rows of points with intervals. What they show is said in the answer below."}}
figures.accuracies(
    {f"{title}, here": accuracies.summary(study.name, name) for name, title in names.items()}
    | {f"{title}, the paper": table for title, table in intervals.items()}
)

# %% [markdown]
# Differences come first as a figure, then in tables: in points, with an interval over seeds and images; then image by image, how many of the
# 10,000 test images this row alone got right and how many the baseline alone, as "this row : baseline" for each seed; and McNemar's $p$ of
# each. Intervals are corrected for the number of rows of a table (Bonferroni), $p$ for all tests of a table (Holm). Such a $p$ knows the
# chance in which images were drawn but not that of another seed; the intervals know both.
#
# Behind the tables of `long` stands what length buys: how far the differences scatter over the seeds at either length (sd), and how far to
# either side an interval would reach of as many runs as cost the same, twelve short ones or three long, if each scattered by that. Last
# stands what a row costs.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Accuracy of every row minus bicubic's and minus that of plain WDSR; intervals over seeds and images, corrected for the number of rows, red where they exclude zero. Diamonds: the paper's one run. Panels named long are after four times as many iterations.", "name": "fig-gains"}, "image": {"alt": "Six charts of points with intervals. What they show is said in the answer below."}}
baselines = ("Bicubic", "WDSR")
panels = [
    *itertools.product(["cifar10"], baselines, [study, longer]),
    *itertools.product(["cifar100"], baselines, [study]),
]
gains = {
    names[name]
    + (f" {plan.name}" if plan is longer else "")
    + f", minus {baseline}": comparison.gains(name, baseline, plan.name)
    for name, baseline, plan in panels
}
figures.gains(gains)

# %% tags=["hide-input"]
control = accuracies.differences(study.name, "cifar10", "Original", trained=longer.name)
tables = gains | {"CIFAR-10, minus Original of long": control}
for title, table in tables.items():
    shown = {
        "points": table.apply(
            lambda row: "{mean:+.2f} ({low:+.2f}, {high:+.2f})".format(**row), axis=1
        )
    }
    if "paper" in table:
        shown["paper"] = table["paper"].map("{:+.2f}".format)
    shown["alone right"] = table["alone"]
    shown["p"] = table["p"].map(lambda values: ", ".join(f"{value:.2g}" for value in values))
    display(pd.DataFrame(shown).rename_axis(columns=title))
rows = [("Bicubic", "Original"), ("WDSR", "Bicubic"), ("1/5", "Bicubic"), ("1/5", "WDSR")]
display(accuracies.lengths("cifar10", [study.name, longer.name], rows).round(2))
display(epochs.cost(study.name, "cifar10").round(1))

# %% [markdown]
# ## The answer
#
# *Does upscaling help?* By a network yes, at these lengths of training. On CIFAR-10 every network's images got more of the test images right than
# the originals or the bicubic ones: by two to three points after 500 iterations; by one to one and a half after 2,000. Not every row's
# corrected interval excludes zero, but at 500 iterations those of WDSR, of SRCNN and of the largest $\alpha$ do against both; at 2,000, with three seeds, only that of $\alpha = 1/5$
# against bicubic does. Bicubic gains nothing over the original size, at either length. So it is not the larger image that helps, but what a network draws into it. The lead is smaller after the
# longer training, as it would be if part of it were speed. Whether any is left after a training to the end, as the paper has it, these runs cannot say.
#
# *Does it matter which network?* Not that these runs could tell. The method at $\alpha = 1/5$ lies as close to plain WDSR as makes no difference,
# a little above it after 500 iterations and a little below after 2,000, each time within an interval of more than a point to either side, and
# SRCNN, which restores far less, is level with both. The largest $\alpha$ has the highest mean, where the paper has its peak at $1/5$;
# five seeds do not tell it from WDSR.
#
# *Is it worth its cost?* An image of twice the side costs nearly four times as much in training. The control spends that on
# four times as many iterations at the original size, and gets fourteen to seventeen points beyond every row: as
# long as a classifier is still learning, its time is better spent on learning.
#
# *And CIFAR-100?* After 500 iterations a tenth of the images are right, so little can be said. The networks' rows lead here too. Plain WDSR's lead over bicubic,
# six tenths of a point, is surely one, its lead over the original size is not, and the method is not ahead of it.
#
# *Were the runs too short?* After 2,000 iterations three of the four differences scatter less over the seeds, as far as three seeds can show, by a
# third to four fifths. Yet in the same time there are four short runs to one long, and three of the four are told more surely by
# twelve short runs than by three long ones.
# So `bench` is short; the price is that it weighs how fast a classifier learns along with how far it gets.
#
# *The paper's second claim*, a better classifier by the method than by plain WDSR, is undecided: its gain of 0.43 points is smaller than what
# five short runs a row can tell from chance, and no sign of it showed.
