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
# # The same PSNR from a part of the pixels?
#
# *Does a network trained on a part of the elements reach the PSNR and SSIM of one trained on all of them? And if it does, is it because
# of which elements they are?* This is Section IV.B of the paper ([Zhou 2020](../book/bibliography.md#zhou2020improving)), Table I, with
# several seeds, with controls and with intervals.

# %% tags=["remove-cell"]
from importlib.util import find_spec

from IPython import get_ipython

# Downloaded alone, or on Colab: the project comes first, and its folder is where the records lie.
if find_spec("hfsr") is None:
    fetch = "git clone --depth 1 https://github.com/OWNER/hfsr"
    get_ipython().system(f"{fetch} && pip install -q './hfsr[study,report]'")
    get_ipython().run_line_magic("cd", "hfsr")

# %% tags=["hide-input"]
from IPython.display import HTML, display

from hfsr import paths
from hfsr.models.store import load
from hfsr.report import (
    answers,
    claims,
    drawn,
    figures,
    fractions,
    literature,
    longer,
    printed,
    regime,
    tables,
    widgets,
    windows,
)
from hfsr.report.folded import Folded
from hfsr.studies import recipes

# %% tags=["parameters"]
recipe = "bench"  # or "long": the rows that were trained ten times as long

# %% [markdown]
# ## The answer
#
# Yes, at $\alpha = 1/5$, on 69 % of the elements of the crops, with the loss averaged as in the authors' code: ten networks trained on the
# selected elements score 0.02 dB higher on Kodak24 (RGB; 0.01 on luma) than ten trained on all. It does matter which elements they are: as many at random in the same
# crop, as many from the whole batch, or all elements with each crop weighted by its selected fraction score 0.02 to 0.03 dB less, with ten
# seeds of each. With the loss averaged image by image, as printed, the method costs 0.07 dB on Kodak24. After ten times the training the
# lead is 0.025 dB smaller, and gone: three networks lie 0.01 dB behind on Kodak24, each of them, and the interval from -0.05 to +0.03 leaves
# open whether by more than our margin; nor do they show a lead over random elements. Each line below is a registered claim with its
# verdict ([how it was decided](../book/decided.md)).

# %% tags=["hide-input"]
first = ("psnr-same", "random", "uniform", "weighted", "as-printed", "longer")
HTML(answers.headline(claims.claims(*first), claims.others("/notebooks/superres", *first)))

# %% mystnb={"figure": {"name": "fig-differences"}, "image": {"alt": "Four panels, one a set of images; in each a point with an interval for every row of the study, on an axis of differences in decibels around zero."}} tags=["hide-input"]
figures.differences(drawn.psnr(recipe), "difference in PSNR (dB, luma, border 2)")

# %% [markdown]
# **Figure.** PSNR of each row minus that of WDSR-A trained on all elements (luma, border 2), with 95 % intervals; filled where they
# exclude zero. Rows more than 0.2 dB away on BSD100 are left to the tables, and so is Set5, whose five pictures tell little. What decides
# is Kodak24, and PSNR on RGB with a border of 8 pixels, which the lines above and the folded tables have.
#
# Read it row by row: many intervals cross zero. On Kodak24, Set14 and BSD100 the means of the method's rows lie within a few hundredths of a
# decibel; the loss averaged image by image lies lower. On the four camera photographs, which are smoother, the means of all rows lie
# below plain WDSR's, lowest at 1/3 and per image; four pictures cannot tell if by chance. An interval here is for its row alone; a verdict's is wider, as it is made for all claims on
# one question at once.
#
# ## How it was done
#
# One WDSR-A network of 8 blocks ([Yu 2018](../book/bibliography.md#yu2018wide)) a row and seed. The rows of one seed start from the same
# weights and see the same crops in the same order: they differ only in the elements that the loss is taken on. Training photographs: T91
# ([Yang 2010](../book/bibliography.md#yang2010image)), 400 of BSDS500 ([Martin 2001](../book/bibliography.md#martin2001database)) and 12
# lossless camera photographs. Measured with the last weights, on Set5 ([Bevilacqua 2012](../book/bibliography.md#bevilacqua2012low)), Set14
# ([Zeyde 2012](../book/bibliography.md#zeyde2012single)), BSD100 and four more camera photographs, and after the registration on Kodak24 and
# McMaster, of which a pilot with seed 0 had been seen before ([which photographs](../book/data.md)); no network and no setting of this study
# was chosen by looking at them.
# One page lists [every run's command](../book/provenance.md), and `make study` trains them all again.

# %% tags=["hide-input"]
plan = recipes.superres(recipe)
names, runs, sets = tables.labels(recipe), tables.published(recipe), printed.sets(recipe)
print(*regime.trained(recipe), sep="\n")

# %% [markdown]
# The controls use as many elements as $\alpha = 1/5$ does, but for two. *Random* takes in every crop as many as the mask has, drawn anew at
# each iteration. *Uniform* draws each element of the batch with the same probability, so that as many come together as the mask has in the
# batch. *Complement* takes those that the mask leaves out. *Weighted* takes all elements, each crop weighted by its selected fraction. *Per image* is $\alpha = 1/5$ with the loss averaged as printed, first over
# each crop's elements ([Eq 3](train.ipynb#eq-3)) and then over the crops ([Eq 2](train.ipynb#eq-2)); everywhere else it is averaged over
# all selected elements of a batch, as in the authors' code.
#
# A crop comes from any photograph with equal chance, small or large. So in the crops 1/5 selects 69 % of the elements, but of all training
# photographs together 62 %, where twelve large and smooth camera photographs count for many small ones.

# %% tags=["hide-input"]
Folded(
    "What fraction of the elements each row trains on, in its crops and set by set, beside the paper's",
    {"fraction of elements": fractions.table(recipe).T.rename_axis(columns="set")},
)

# %% [markdown]
# ## Table I
#
# Means over the seeds with their standard deviation, as the paper's code measures: on all colour channels, without a border of 8 pixels
# ([conventions](../book/conventions.md)). The paper's own column is for DIV2K's validation images: compare rows of one column, not columns.
# Set5 and the four camera photographs stand in the first folded table.

# %% tags=["hide-input"]
every_set = printed.on_sets(recipe, "psnr_rgb_border8", 2)
every_set.drop(columns=["Set5", "camera"], errors="ignore").rename_axis(
    columns="PSNR, dB (RGB)"
)

# %% tags=["hide-input"]
display(
    Folded(
        "Every set, SSIM, luma as in the literature, and the networks trained ten times as long",
        {
            "PSNR, dB (RGB)": every_set,
            "SSIM (RGB)": printed.on_sets(recipe, "ssim_rgb_border8", 4),
            "PSNR, dB (luma, border 2)": printed.on_sets(recipe, "psnr_y_border2", 2),
            "SSIM (luma, border 2)": printed.on_sets(recipe, "ssim_y_border2", 4),
            f"PSNR, dB (luma) after {recipes.superres('long').steps:,} iterations": printed.on_sets(
                "long", "psnr_y_border2"
            ),
            "minus WDSR, dB (luma), as long": printed.differences(
                "long", printed.sets("long"), "psnr_y_border2"
            ).T.rename_axis(columns="set"),
            "1/5 minus 1/5 (random), as long": printed.against_random("long"),
            "1/5 minus WDSR, dB (RGB, border 8)": longer.leads("wdsr-a0"),
            "1/5 minus 1/5 (random), dB (RGB, border 8)": longer.leads("wdsr-a1-5-random"),
        },
    ),
    Folded(
        "Published figures of SRCNN, VDSR, EDSR, IMDN and WDSR-A, PSNR / SSIM on luma",
        {
            "published": literature.benchmarks()
            .drop(columns="urban100")
            .rename(columns=printed.SHORT)
        },
    ),
)

# %% [markdown]
# The published figures are those of SRCNN ([Dong 2016](../book/bibliography.md#dong2016image)), VDSR ([Kim
# 2016](../book/bibliography.md#kim2016accurate)), EDSR ([Lim 2017](../book/bibliography.md#lim2017enhanced)), IMDN ([Hui
# 2019](../book/bibliography.md#hui2019lightweight)) and WDSR-A ([Yu 2018](../book/bibliography.md#yu2018wide)). VDSR was trained on about
# half of our photographs, SRCNN on ImageNet, the others on DIV2K, whose own column is on RGB with a border of 8.
#
# Each interval of a difference is for other seeds *and* other images of the kind (two crossed random effects, see
# `hfsr.analysis.statistics`); where a row has one seed, for other images alone. A star marks an interval without zero: with six sets
# and a dozen rows about four stars would be there by chance if nothing differed.

# %% tags=["hide-input"]
Folded(
    "Every difference with its interval, whether the seeds agree, and 1/5 against as many elements at random",
    {
        "minus WDSR, dB (luma)": printed.differences(recipe, sets, "psnr_y_border2"),
        "minus WDSR, SSIM (luma)": printed.differences(recipe, sets, "ssim_y_border2", 4),
        "BSD100, minus WDSR, dB, seed by seed": printed.agreement(
            recipe, "bsd100", "psnr_y_border2"
        ),
        "1/5 minus 1/5 (random)": printed.against_random(recipe),
    },
)

# %% [markdown]
# ## Where the difference lies
#
# The ground truth's mask at $\alpha = 1/5$ splits every image in two, the same way for every row. The method gains about two hundredths of a
# decibel on the elements that it trains on, and loses a third of a decibel to more than one on the smooth ones; a larger alpha loses
# more. There the error is small anyway, so PSNR over all elements hardly notices.
#
# **Figure.** BSD100: PSNR (RGB, border 8) minus that of WDSR on the elements that Eq 7 selects at 1/5, and on the others, with 95 %
# intervals.

# %% mystnb={"figure": {"name": "fig-split"}, "image": {"alt": "Two panels. On the selected elements the rows of the method lie a few hundredths of a decibel above WDSR; on the others they lie tenths of a decibel to more than a decibel below it, the further the larger alpha is."}} tags=["hide-input"]
figures.differences(drawn.psnr_by_part(recipe), "difference in PSNR (dB, RGB, border 8)")

# %% tags=["hide-input"]
Folded("PSNR on both parts of every set", {"PSNR, dB (RGB), by part": printed.split(recipe)})

# %% [markdown]
# ## What it looks like
#
# From each held-out photograph the code picks the window where the networks differ most. First bicubic against the method, under a slider;
# then all of them.

# %% mystnb={"image": {"alt": "For each of three held-out photographs the same window: ground truth, bicubic, and several networks. The networks' windows are sharper than the bicubic one and hard to tell from each other, but for the network trained on smooth elements, which is nearly as soft as bicubic."}} tags=["hide-input"]
wanted = ["wdsr-a0", "wdsr-a1-5", "wdsr-a1-5-random", "wdsr-a1-5-low"]
files = {row: paths.find_weights(runs[row][0].name) for row in wanted if row in runs}
found = windows.most_different({names[row]: load(file) for row, file in files.items() if file})
for each in found.values():
    pair = [(label, each[label]) for label in ("Bicubic", names["wdsr-a1-5"])]
    display(widgets.before_after(*pair))
shown = {
    f"{title}: {label}": image for title, each in found.items() for label, image in each.items()
}
figures.side_by_side(shown, columns=2)

# %% [markdown]
# ## How sure is this?
#
# WDSR, 1/7, 1/5 and its controls random, uniform and weighted have ten seeds each, the other rows three. Single networks of one row differ by
# a hundredth or two from each other, and training in another precision moves one by up to a hundredth on BSD100 ([how far reruns
# differ](../book/verified.md)): differences of that size do not rank the $\alpha$. The [learning curves](../book/curves.md) show that one
# network moves by more than that from one measurement to the next until the learning rate has fallen.
#
# After ten times as many iterations the networks gain three tenths of a decibel on the benchmark sets, and the method's lead over WDSR
# shrinks, on Kodak24 by 0.025 dB (0.008, 0.043), on BSD100 and McMaster by as much. All three seeds then lie behind on each of the three
# sets, by 0.008, 0.011 and 0.015 dB in the mean. Whether by more than our margin is undecided on Kodak24 and BSD100, by the verdicts' intervals;
# by the 95 % ones of the table above BSD100 and McMaster are behind. On Set14 all three stay ahead, by 0.006 dB, undecided like the change.
# The lead over as many elements at random shrinks as well in the mean, on Kodak24 by 0.026 dB (-0.001, 0.053), to -0.001 dB (-0.026,
# +0.025); only on BSD100 is that decided. No claim had been registered of how leads change, nor of random elements here. Two of the three seeds of each row were begun on a graphics card and finished on a processor.
#
# Averaged over each crop's elements first, as printed, the same selection loses 0.06 dB on BSD100 and 0.07 on Kodak24: a crop with a dozen
# selected elements then weighs as much as one with a thousand. That should be a matter of our small crops, of 32 x 32 pixels. In the paper's of 96 x 96 the
# fraction selected differs less (the [training notebook](train.ipynb) gives both), and how much the average costs there is not measured.
