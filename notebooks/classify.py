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
# *A network that sees small images at twice their size gets nothing that was not in them. Does it recognise more all the same, and does it
# matter what upscaled them?* Section IV.C of the paper ([Zhou 2020](../book/bibliography.md#zhou2020improving)) answers yes, by a table of
# nine classifiers, each trained once: 95.23 % of CIFAR-10 for the method, 94.80 % for plain WDSR, 94.69 % at the original size.

# %% tags=["remove-cell"]
from importlib.util import find_spec

from IPython import get_ipython

# Downloaded alone, or on Colab: the project comes first, and its folder is where the records lie.
if find_spec("hfsr") is None:
    fetch = "git clone --depth 1 https://github.com/OWNER/hfsr"
    get_ipython().system(f"{fetch} && pip install -q './hfsr[study,report]'")
    get_ipython().run_line_magic("cd", "hfsr")

# %% tags=["hide-input"]
import pandas as pd
import torch
from IPython.display import HTML, display

from hfsr.analysis.statistics import mcnemar
from hfsr.data import labelled
from hfsr.report import (
    accuracies,
    answers,
    cifar_spectra,
    claims,
    designs,
    figures,
    near_paper,
    one_run,
    paper,
    recognitions,
    reduced,
)
from hfsr.report.folded import Folded
from hfsr.report.layers import table2
from hfsr.studies import classify, correctness, recipes, upscaler
from hfsr.studies.classification import Classification
from hfsr.studies.run import shown
from hfsr.studies.upscaling import upscale_images
from hfsr.weightmap import alpha_label

# %% [markdown]
# ## The answer
#
# Not that we could show where both sizes get the same compute, little of it or four times as much.
#
# - **At equal compute**, at 92 % of CIFAR-10, ten networks of each kind show no difference between the method (row 1/5) and plain WDSR, the
#   paper's gain of 0.43 points lies outside the interval, and no upscaling measurably helps.
# - **With four times the compute on upscaled images**, as in the paper, plain WDSR's are recognised 0.6 points better than bicubic's and 1.0
#   better than the images as they are, which cost a quarter; whether the method adds to that, three networks of each kind leave open.
# - **With about as much compute on the images as they are**, in four times as many epochs, three networks gain 1.2 points. Beside them no
#   upscaling is ahead, and bicubic's images are 0.8 points behind.
# - **Where images were halved**, so that their truth is known, upscaling matters: on CIFAR-100 plain WDSR adds 12 points to bicubic, a fixed
#   sharpening filter 10, and the method a third of a point more than WDSR, with five of ten networks so far.
# - **Briefly trained**, a classifier gains about two points on CIFAR-10 from plain WDSR, about as much from the fixed filter, though it is
#   undecided whether they are equal, three points from that filter on the images as they are, and 17 from training on those as long as the
#   upscaled images cost.

# %% tags=["hide-input"]
first = (
    "compact-method",
    "compact-wdsr",
    "truth-method",
    "truth-random",
    "sharpened-accuracy",
)
HTML(answers.headline(claims.claims(*first), claims.others("/notebooks/classify", *first)))

# %% mystnb={"figure": {"name": "fig-near"}, "image": {"alt": "Seven charts of points with intervals. At equal compute, minus the original size, every interval holds zero, and on CIFAR-10 the sharpened row lies lowest. Minus WDSR, the method's interval holds zero and the paper's diamond lies outside of it. With four times the compute WDSR and the method lie a point above the original size, and below zero where that has as much; bicubic lies half a point below WDSR."}} tags=["hide-input"]
figures.gains(near_paper.gains())

# %% [markdown]
# **Figure.** The classifier near the paper's accuracy: every row minus the original size's and minus plain WDSR's; the last three panels
# with four times the compute. The original size has a quarter of that, as in the paper, or, where the panel says *both*, about as much, in
# four times as many epochs. Intervals over seeds and images, corrected for the number of rows, filled where they exclude zero. Diamonds:
# the paper's one run.
#
# ## How it was done: three designs
#
# The first is a small classifier that comes near the paper's accuracy. The second takes images whose truth is known: classifiers that were
# trained on the true images judge what each method makes of them. The third is the paper's Table III, reduced to what two processor
# cores train. The first, and the second on CIFAR-100, were registered before their runs. Of the third most runs had been seen by
# then, and of the second on CIFAR-10 a pilot: those contrasts are called exploratory ([how it was decided](../book/decided.md)).

# %% tags=["hide-input"]
HTML(answers.sentences(designs.table()))

# %% [markdown]
# ### Near the paper's accuracy
#
# Recipe `compact` trains a network of eight convolutions, made for small images, for ten epochs on the whole set. It is right on 91.6 % of
# CIFAR-10 at the original size and on 62 % of CIFAR-100; the paper's ResNet-164 is on 94.7 % and 77.2 %. WDSR and the method have ten
# classifiers each, every one with an upscaling network of its own, of the same seed; the other rows have five. On CIFAR-100, and with four
# times the compute, all have three. At equal compute the first layer reads an upscaled image in patches of 4 x 4 pixels, every second one,
# and the original in patches of 2 x 2. With four times the compute (`compact-full`) it is the same network at either size, as in the paper.
# All rows of these two were trained on one GPU, in bf16. Recipe `compact-long` is their control: the original size with 92 % of
# the operations of `compact-full`'s upscaled rows, in four times as many epochs. Its three networks were trained in float32, as no GPU was
# at hand: so what is subtracted there was rounded otherwise. No registered claim is decided by it. On CIFAR-100 one network was trained as
# long, to see how far this one gets: it is right on 66 %, and no upscaled row is compared with it.
#
# ### A known truth
#
# Images of CIFAR are halved by bicubic, which the networks learned to undo, and upscaled back by each row. Five classifiers, trained on the
# true images of one half of a set, say what they see in the other half's; so every image is judged by classifiers that never saw it. Bytes
# do not say what is recognised: sharpened images take more of them than plain WDSR's as OpenCV writes PNG, though fewer where PNG is
# pressed hardest; they recover nothing of the truth's detail, and are recognised two to three points less often, but more often than
# SRCNN's. WDSR's networks lie close together: which elements they were trained on moves them by tenths of a point, and only training on
# those that the method leaves out costs five points. WDSR, the method and random elements have five networks each so far, the other rows
# one.

# %% mystnb={"figure": {"name": "fig-truth"}, "image": {"alt": "Six charts of points. From bicubic at the bottom, recognition rises steeply to the sharpened images, a little more to most networks, which lie on each other, and the truth stands far above; the network trained on the complement lies with SRCNN on CIFAR-10, and below it on CIFAR-100. Sharpened images take about as many bytes as the networks', and recover no detail. By their PSNR sharpened images are little better than bicubic's."}} tags=["hide-input"]
figures.recognised(recognitions.beside_bytes("bench"))

# %% [markdown]
# **Figure.** What classifiers recognise of images that were halved and upscaled back, against the bytes that these take as PNG
# beyond bicubic's, against what they hold of the truth's detail, and against their PSNR: the paper's Tables III, IV and I in one. The truth
# has no PSNR; its accuracy is the ceiling.
#
# ### Table III, reduced
#
# Recipe `bench` trains 1.6 epochs on 20,000 images; the paper trains 230 epochs on 50,000. So these networks are far
# from the paper's accuracy, and columns must not be compared with each other; but rows can: all of a seed start from the same weights and
# see the same images in the same order, cropped alike. An upscaled image costs four times as much in training. So the original size has a
# control: recipe `long`, four times as many iterations, with which it costs what an upscaled row costs in `bench`. That brings 17 points,
# where upscaling brings two.
#
# Three rows have no network, and the paper has none of them. *Nearest* makes four pixels of each. *Sharpened* adds to each pixel of the
# bicubic image 1.3 times its difference to the mean of the 3 x 3 pixels around it, as much as gives the images the gradients of WDSR's;
# *Original, sharpened* does so with the images as they are. What these rows gain needs no network. The last gains three points over the
# original size, without any upscaling.
#
# Three rows have networks of the method's controls: *1/5, per image* averages the loss image by image, as printed; *1/5, random* learned
# from as many elements, drawn at random; *1/5, complement* from those that the method leaves out. Beside plain WDSR's, their classifiers
# are right 0.7 points more often, 0.1 less and 1.7 less, all undecided; the complement's lead over bicubic is 0.5 points, undecided too. The
# method's are right 0.3 points more often than random's: on CIFAR-10 with an interval from 1.7 less to 2.2 more, on CIFAR-100 from 0.2 less
# to 0.8 more, both undecided.
#
# These three rows were computed in float32, images and training, the others in bf16. So the method's five classifiers were made again in
# float32: single ones are right 0.6 points less often to 0.9 more, in the mean 0.1 more
# ([where the results were verified](../book/verified.md)). With both in float32 the method is 0.4 points ahead of random, 0.4 behind per
# image and 2.0 ahead of the complement, all undecided too. Other rounding moves single classifiers about as other seeds do, which the
# intervals hold.
#
# Two things are not in the intervals. Each row's images were upscaled by one network, the first seed's of the [super-resolution
# study](superres.ipynb). And as in the paper, both sizes are padded by the same number of pixels, so upscaled images are shifted half as
# far in proportion to their size.
#
# **Figure.** CIFAR-10: accuracy of every row minus bicubic's and minus that of plain WDSR; intervals over seeds and images, corrected for
# the number of rows, filled where they exclude zero. Diamonds: the paper's one run. What `long` and CIFAR-100 give is in the folded tables.

# %% mystnb={"figure": {"name": "fig-gains"}, "image": {"alt": "Two charts of points with intervals. Minus bicubic, the networks' rows lie about two points above zero, the sharpened rows with them, the complement's near zero. Minus WDSR, the method's rows lie about zero with wide intervals; the original size, bicubic and the complement lie below."}} tags=["hide-input"]
figures.gains(reduced.drawn())

# %% tags=["hide-input"]
print(*near_paper.trained(), *reduced.trained(), sep="\n")
display(
    Folded("Near the paper's accuracy: every row", near_paper.tables()),
    Folded(
        "Known truth: accuracy, PSNR, detail and bytes of every row",
        recognitions.shown("bench"),
    ),
    Folded("Known truth: every difference to plain WDSR", recognitions.beside_plain("bench")),
    Folded("Table III, reduced: every row beside the paper's", reduced.tables()),
    Folded("Table III, reduced: every difference, and image by image", reduced.differences()),
    Folded(
        "What a row costs, and what length buys",
        {
            "seconds an epoch": reduced.cost(),
            "scatter of differences over the seeds": reduced.lengths(),
        },
    ),
    Folded(
        "The paper's gains against chance, and the runs that would find them",
        {
            "gains of Table III": one_run.power(),
            "what one run a row finds in eight of ten cases if the scatter is known, points": one_run.smallest(),
            "pairs of rows that differ by more than chance, uncorrected": one_run.beyond_chance(),
        },
    ),
)

# %% [markdown]
# In the folded tables, *alone right* says how many of the 10,000 test images this row got right and the baseline did not, and the other way
# round, for each seed; *p* is McNemar's for each. Intervals are corrected for the number of rows of a table (Bonferroni), and so wider than a
# verdict's; *p* for all tests of a table (Holm). Such a *p* covers the choice of images but not of seeds; the intervals cover both, but where
# a row has one seed, as many rows of the known truth have: its interval knows nothing of other networks. What length buys: how far
# differences scatter over the seeds at either length, and how far an interval would reach for the same cost, twelve short runs or three
# long ones.
#
# Plain WDSR's lead over bicubic is 1.4 points after 2,000 iterations, and 2.2 after 500; three seeds do not decide whether it shrinks, as
# it would if part of it were speed, nor whether any is left after a training to the end. On CIFAR-100 a tenth of the images are right, so
# little can be said.
#
# ### Are CIFAR's images what the networks learned to upscale?
#
# Not quite: they are smoother. The networks learned from photographs that MATLAB's bicubic had halved. CIFAR's images were brought to 32 x
# 32 pixels by others, and by what rule is not known. Compared with photographs that bicubic brought to that size, they lose power toward
# the highest frequencies, as if blurred a little; the squares that the networks learned from do not. Whatever sharpens, a network or a
# fixed filter, has something to put right in CIFAR, from which a briefly trained classifier may profit; one near the paper's accuracy does
# not measurably. So Table III says how a network's habits suit such images, not how much of a known truth it finds: that is the second
# design's question.

# %% mystnb={"figure": {"name": "fig-small-images"}, "image": {"alt": "Two charts of four falling curves against frequency. CIFAR-10 and CIFAR-100 run together; toward the highest frequency they fall below the photographs by some decibels, while squares of halved photographs end beside them."}} tags=["hide-input"]
print(cifar_spectra.in_words())
figures.radial_profiles(
    cifar_spectra.profiles(), cifar_spectra.PHOTOGRAPHS, unit="share of variance"
)

# %% [markdown]
# **Figure.** Power at each frequency, each image scaled to the same variance: CIFAR's test images, photographs brought down to one
# such image each, and squares of the halved photographs that the networks learned from. Below, the same relative to the photographs
# brought down.
#
# ## What one run can say
#
# A network that is right with probability $p$ on each of $n$ test images is right on a fraction of them that scatters by the standard error
# $\sqrt{p(1 - p)/n}$. Table III is one run a row, tested on 10,000 images; the last folded table above compares each of its gains with the
# standard error of a difference of two such rows. The method's lead over WDSR, 0.43 points on CIFAR-10, is 1.4 of these. On the same test
# images the chance in the images weighs less, and what hides a difference is the scatter from seed to seed. The paper does not report it;
# the folded tables take what the authors of the network give for a deeper one ([He 2016](../book/bibliography.md#he2016identity)). And the
# best of five $\alpha$ was picked on the same test images.
#
# ## See it happen: handwritten digits
#
# Three classifiers, trained while this page was built: on digits as they are, upscaled by bicubic interpolation, and by a network. Digits
# say nothing about the paper's claim; they show what a run is. Every image is padded with zeros and cropped at random, then whitened: its
# mean is taken off, and it is divided by its deviation.

# %% [markdown]
# These settings are for the three runs below, on handwritten digits, which are on every machine. Where CIFAR is,
# `papermill notebooks/classify.ipynb runs/c.ipynb -p method wdsr -p alpha 1/5 -p dataset cifar10 -p seed 1` runs one cell of the study's
# grid, and `-p recipe paper` takes the paper's own network.

# %% nbmake={"mock": {"steps": 40}} tags=["parameters"]
dataset = "digits"  # or "cifar10", "cifar100"
method = "wdsr-a1-5"  # "bicubic", or a published model
alpha = None  # a number or a fraction picks a model: "wdsr" and 1/5 make "wdsr-a1-5"
recipe = None  # None: "quick" for digits, "bench" (minutes) for CIFAR; "paper" takes days
seed = 0
steps = None  # iterations; None: the recipe's, of "quick" a quarter

# %% tags=["remove-stderr"]
recipe = recipe or ("quick" if dataset == "digits" else "bench")
chosen = method if alpha is None else f"{method}-a{alpha_label(alpha).replace('/', '-')}"
methods = dict.fromkeys(["original", "bicubic", chosen] if recipe == "quick" else [chosen])
plan = recipes.classify(recipe)
if recipe == "quick":
    torch.set_num_threads(1)  # images this small gain little from more
    steps = steps or plan.steps // 4
runs = {
    name: Classification(dataset, upscaler.called(name), plan, seed, steps) for name in methods
}
for name, run in runs.items():
    how = "loaded from" if run.is_finished else "trained now:"
    print(f"{name}: {how} {shown(classify.train(run))}\n    {run.command}")
records = {name: run.record() for name, run in runs.items()}

# %% mystnb={"figure": {"name": "fig-upscaled"}, "image": {"alt": "Two rows of small pictures, one class each: the original pixels, the smoother bicubic upscaling, and the chosen method's."}} tags=["hide-input"]
data = labelled.load(dataset)
first = [int((data.test_labels == label).nonzero()[0]) for label in range(2)]
images = data.test_images[first]
upscaled = {"original": images, "bicubic": upscale_images("bicubic", images)}
if chosen not in upscaled:
    upscaled[chosen] = upscale_images(upscaler.called(chosen).load(), images)
figures.side_by_side(
    {
        f"{data.classes[row]}, {accuracies.label(name)}": made[row]
        for row in range(2)
        for name, made in upscaled.items()
    },
    columns=len(upscaled),
)

# %% [markdown]
# **Figure.** Test images of two classes as they are, and upscaled x2.
#
# All three were asked about the same images, and most of these say nothing about a difference: both networks are right, or
# both wrong. What counts are the others (McNemar's test).

# %%
test_images = len(data.test_labels)
accuracy = {
    name: 100 * each.metrics[f"{dataset}/test_accuracy"] for name, each in records.items()
}
right = {
    name: correctness.unpack(each.correct[dataset], test_images)
    for name, each in records.items()
}
if recipe != "quick" and steps is None:  # a cell of the grid, beside what is published
    published = accuracies.right_of_seed(recipe, dataset, seed)
    others = [row for row in ("Original", "Bicubic", "WDSR") if row != accuracies.label(chosen)]
    right |= {f"{row}, published": published[row] for row in others if row in published}
for name in [name for name in right if name != chosen]:
    won, lost, p = mcnemar(right[chosen], right[name])
    print(
        f"{chosen} alone right on {won} of {test_images:,} images, {name} alone on {lost}: p = {p:.2g}"
    )
ours = pd.DataFrame({"accuracy (%)": accuracy})
ours["standard error"] = one_run.standard_error(ours["accuracy (%)"], test_images)
ours["images/s in training"] = [each.images_per_second for each in records.values()]
ours.round(2)

# %% [markdown]
# **Try it.** Set `seed = 1` and run the notebook again. Which of the three is ahead now?
#
# <details><summary>What to expect</summary>
#
# Another one, quite possibly: a point is a handful of these test images. That is why the study has several seeds a row and intervals over
# them.
#
# </details>
#
# ## Table II: the classifier
#
# Read off the paper's network, ResNet-164 ([He 2016](../book/bibliography.md#he2016identity)): every output is measured on an image sent
# through it. As printed the network would have some 17 million parameters; the code that made the paper's figures has the widths below, a
# tenth of that.

# %% tags=["hide-input"]
layers = table2(164).join(paper.table2()["details"].rename("as printed"))
hundred = table2(164, classes=100)
print(
    f"{layers['parameters'].sum():,} parameters; with 100 classes {hundred['parameters'].sum():,}"
)
Folded(
    "Every layer: kernel, channels, stride, output, and what the paper prints",
    {"Table II": layers.reset_index()},
)
