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
# # Which pixels does the method train on?
#
# *Those that differ strongly from a neighbour. How strongly, and how many are they?* The paper ([Zhou
# 2020](../book/bibliography.md#zhou2020improving)) makes a weight map from each ground-truth image and trains only where that map lies far
# from its mean. This page does it by hand on a real photograph (Sections III.B and III.C, Figs 2 and 3), and tests the claim that the rule
# rests on: that the weights are distributed nearly like a Gaussian.

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
from IPython.display import HTML
from scipy.stats import kurtosis

import hfsr
from hfsr.data import photographs
from hfsr.report import answers, block_edges, claims, figures, paper, printed, widgets
from hfsr.report.folded import Folded
from hfsr.weightmap import parse_alpha

# %% [markdown]
# The photographs are those that scikit-image and scikit-learn carry. To look at another one, or with another alpha, from a
# terminal: `papermill notebooks/weight_map.ipynb runs/weight_map.ipynb -p photograph NAME -p alpha 1/3`.

# %% tags=["parameters"]
photograph = "coffee"  # one of the held-out photographs
alpha = "1/5"  # a number or a fraction

# %% [markdown]
# ## The answer
#
# The method keeps edges and texture: at $\alpha = 1/5$ about seven tenths of the elements of a typical benchmark photograph, a quarter to
# nearly all, and half of those shown here, at $1/3$ fewer. An element is one colour value of one pixel. The weights are not Gaussian, and the rule does not need them to be: they have a sharper peak
# and much heavier tails. So $\alpha$ does not say how much is selected. That depends on the image.

# %% tags=["hide-input"]
HTML(answers.headline(claims.claims("gaussian", "half")))

# %% mystnb={"figure": {"name": "fig-map"}, "image": {"alt": "Four pictures: a part of a photograph; twenty-five upscaled pixels, the middle one and its four neighbours labelled with their grey levels; the weight map, dark but for the edges; and the selected elements, bright along edges and in textures."}} tags=["hide-input"]
held_out = photographs.load("embedded-held-out")
print(f"held-out photographs: {', '.join(held_out.names)}")
image = held_out.hr[held_out.names.index(photograph)]
weights = hfsr.weight_map(image)
height, width = 200, 240
top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
part = weights[1, top : top + height, left : left + width]
row, column = divmod(int(part.abs().argmax()), width)  # the strongest weight in that part
row, column = top + row, left + column
figures.map_panels(image, alpha, (top, left, height, width), (row, column))

# %% [markdown]
# **Figure.** From photograph to selected pixels (the paper's Fig 2). (a) Part of the ground truth; the square marks (b), a pixel
# and its four neighbours in the green channel. (c) Magnitude of the initial weight map, brightened. (d) The modified map: white
# where all three channels are selected, coloured where some are, black where none is.
#
# ## Step 1: the initial weight map, by hand
#
# Every pixel $p_c$ is compared, in each colour channel by itself, with the pixels above, below, left and right of it: the
# differences $D$, and their magnitudes $D_a$.
#
# $$ D = \left( p_c - p_u,\; p_c - p_d,\; p_c - p_l,\; p_c - p_r \right) \tag{4} $$
#
# $$ D_a = \left( |p_c - p_u|,\; |p_c - p_d|,\; |p_c - p_l|,\; |p_c - p_r| \right) \tag{5} $$
#
# The weight is the difference of the largest magnitude, with its sign:
#
# $$ w = D\left[ \operatorname{argmax}(D_a) \right] \tag{6} $$
#
# Here are the 5 x 5 grey levels of panel (b), and the three equations in three lines.

# %%
patch = image[1, row - 2 : row + 3, column - 2 : column + 3].int()
up, down, left_one, right_one = patch[1, 2], patch[3, 2], patch[2, 1], patch[2, 3]
differences = patch[2, 2] - torch.stack([up, down, left_one, right_one])
magnitudes = differences.abs()
weight = differences[magnitudes.argmax()]
print(patch)
print(f"D = {differences.tolist()}, D_a = {magnitudes.tolist()}, w = {weight}")
print("the library's weight map has there", int(weights[1, row, column]))

# %% [markdown]
# Look at the signs: a bright pixel beside a dark one has a positive weight, the dark one a negative. Pixels at the edges have three
# neighbours, those in the corners two. Of equal magnitudes the first counts, in the order of [Eq 4](#eq-4).
#
# **Try it.** Take the pixel one to the right (`column + 1`). What is its weight, and why does it so often differ by the sign alone?
#
# <details><summary>What you find</summary>
#
# At an edge the two pixels on either side are each other's most different neighbour. So they get the same weight with opposite signs, and
# an edge is a double line in the map, positive on its bright side and negative on its dark one.
#
# </details>
#
# ## Step 2: the modified weight map
#
# An element is selected where its weight lies outside a band around the mean $\mu$, $\alpha$ standard deviations $\sigma$
# to either side:
#
# $$ w' = \begin{cases} 0, & w \in [\mu - \alpha\sigma,\; \mu + \alpha\sigma] \\ 1, & \text{otherwise} \end{cases} \tag{7} $$
#
# Mean and deviation are those of the whole photograph, its three channels together. The paper first scales the map to [0, 1];
# that moves the weights and the band alike, and changes nothing. A position may count in one channel and not in another.

# %%
mu, sigma = weights.double().mean(), weights.double().std(correction=0)
half_width = parse_alpha(alpha) * sigma
mask = (weights < mu - half_width) | (weights > mu + half_width)
print(f"mean {mu:.3f}, deviation {sigma:.2f} grey levels")
print(f"not selected: weights from {mu - half_width:.2f} to {mu + half_width:.2f}")
print(f"selected: {mask.double().mean():.1%} of the elements")
same = torch.equal(mask, hfsr.selection_mask(image, alpha))
print(f"the same as hfsr.selection_mask: {same}")
channels = mask.sum(dim=0)
for count in range(4):
    fraction = (channels == count).double().mean()
    print(f"in {count} of 3 channels: {fraction:.1%} of the positions")

# %% [markdown]
# **Try it.** Set `alpha = 1`. What is left to train on? And at 0?
#
# <details><summary>What you find</summary>
#
# At 1 a tenth to a quarter of the elements is left, depending on the photograph: strong edges, and the texture is gone. At 0 the band is a
# single value, the mean, and since no weight, a whole number, equals it, everything is selected: the method becomes plain training.
#
# </details>
#
# Or move $\alpha$ here, on one of these pictures or on one of your own: it stays in your browser, where all of this is computed.

# %% tags=["hide-input"]
widgets.weight_map(
    {name: hr[:, :256, :320] for name, hr in zip(held_out.names, held_out.hr, strict=True)},
    alpha,
)

# %% [markdown]
# ## Are the weights Gaussian?
#
# The paper says that the weights' distribution "approximately obeys the Gaussian distribution", and chooses the band of [Eq 7](#eq-7) with
# that in mind. Beside the weights of this photograph stand the Gaussian of the same mean and deviation, and the Laplacian, which has a
# sharp peak and heavier tails.
#
# **Figure.** How often each weight occurs (the paper's Fig 3), and the Gaussian and Laplacian of the same mean and deviation.
# Above: the middle, with the band that is not selected. Below: the whole range, counted logarithmically.

# %% mystnb={"figure": {"name": "fig-histogram"}, "image": {"alt": "Two histograms of the weights. Above, the counts rise far over both curves in two narrow peaks beside zero. Below, on a logarithmic axis, the tails reach far beyond the Gaussian and beyond the Laplacian."}} tags=["hide-input"]
figures.map_histogram(image, alpha)

# %%
values = weights.double().flatten()
distance = (values - mu).abs()
measured = [
    (distance <= half_width).double().mean().item(),
    (distance > 4 * sigma).double().mean().item(),
    kurtosis(values),
]
print(f"weights of exactly 0: {(values == 0).double().mean():.1%}")
pd.DataFrame(
    {
        photograph: measured,
        "Gaussian": (1 - paper.gaussian_fraction(alpha), paper.gaussian_fraction(4), 0),
        "Laplacian": (1 - paper.laplacian_fraction(alpha), paper.laplacian_fraction(4), 3),
    },
    index=["fraction in the band", "fraction beyond 4 deviations", "excess kurtosis"],
).map("{:.2g}".format)

# %% [markdown]
# Where the middle has a dent, this is why: a weight of exactly 0 needs four neighbours equal to the pixel, while one
# differing neighbour is enough for a weight of 1 or more. The rule takes the *strongest* of four differences, so small weights
# are rarer than small differences.
#
# ## How much is selected?
#
# Were the weights Gaussian, [Eq 7](#eq-7) would select the same fraction of every image, whatever its content: the probability outside
# $\pm\alpha$ deviations. The paper's own Table I says what was selected on DIV2K.
#
# **Figure.** Fraction of the elements that is selected. The photographs are all those embedded; Table I is the paper's, for DIV2K's
# training images.

# %% mystnb={"figure": {"name": "fig-share"}, "image": {"alt": "Fraction selected against alpha: the Gaussian's line is highest, the Laplacian's below it, the paper's Table I below both, and the photographs spread widely around a mean that is lower still."}} tags=["hide-input"]
training = photographs.load("embedded")
pictures = dict(zip(held_out.names + training.names, held_out.hr + training.hr, strict=True))
shares = pd.DataFrame(
    {
        name: [hfsr.selected_fraction(hr, step) for step in paper.ALPHAS]
        for name, hr in pictures.items()
    },
    index=paper.ALPHAS,
)
figures.selected_fractions(shares)

# %% tags=["hide-input"]
beside = paper.fractions().join(shares[photograph])
beside = beside.join(shares.agg(["mean", "min", "max"], axis=1))
tails = [kurtosis(hfsr.weight_map(hr).double().flatten()) for hr in pictures.values()]
print(
    f"Table I is below the Gaussian at {(beside['Table I'] < beside['Gaussian']).sum()} of {len(beside)} alphas,"
)
print(f"below the Laplacian at {(beside['Table I'] < beside['Laplacian']).sum()};")
print(
    f"{sum(tail > 3 for tail in tails)} of {len(tails)} photographs have heavier tails than a Laplacian."
)
percent = beside.drop(columns="b").map("{:.1%}".format)
Folded(
    "Ours beside the paper's Table I, alpha by alpha",
    {
        "fraction selected": percent.assign(b=beside["b"].map("{:.2f}".format)).rename_axis(
            "alpha"
        )
    },
)

# %% [markdown]
# In the folded table, *b* is the exponent of the density $\exp(-|x/s|^b)$ that gives just Table I's fraction: 2 would be a Gaussian, 1 is a
# Laplacian.
#
# ## Does it select JPEG's block edges?
#
# JPEG works on squares of 8 x 8 pixels, and its files have faint steps where two squares meet. BSD100's ground truth is such files,
# and most of the training photographs are. So: which fraction is selected of the elements beside the edge of such a square, and which
# of the others? Kodak24 and McMaster were never JPEG files; there the two should be the same.
#
# **Figure.** The fraction selected at block edges minus that of the other elements, set by set, with 95 % intervals over the
# pictures; filled where zero is excluded.

# %% mystnb={"figure": {"name": "fig-block-edges"}, "image": {"alt": "A point with an interval for each of six sets. BSD100's lies above zero. The short ones of Kodak24 and McMaster hold zero, and so do the long ones of the small sets."}} tags=["hide-input"]
edges = block_edges.selected().rename(index=printed.SHORT)
figures.differences(
    {"alpha = 1/5": edges}, "at block edges minus elsewhere (percentage points)"
)

# %% tags=["hide-input"]
said = edges[["pictures", "at edges", "inside"]].copy()
said[["at edges", "inside"]] = edges[["at edges", "inside"]].map("{:.1%}".format)
said["difference, points"] = edges.apply(printed.with_interval, axis=1, digits=2)
Folded(
    "What is selected at block edges and inside, set by set",
    {"block edges, alpha = 1/5": said},
)

# %% [markdown]
# Yes, a little: on BSD100 elements at the edges are selected more often, by the points that the table gives; on the lossless photographs
# they are not. Does training on such files change the answer? Not the answer that selecting costs nothing. Recipe `lossless` trains on
# photographs at half their size, where no block edge is left. On Kodak24 the method then costs no PSNR beside plain WDSR, +0.006 dB (-0.010,
# +0.022), and is ahead of random elements by +0.022 dB (+0.010, +0.034), with five seeds of each: two of the registered claims ([every
# claim](../book/claims.md)). Whether its lead over WDSR is smaller than with block edges, +0.006 against +0.017 dB, five seeds do not decide.
#
# Every number on this page was computed when the page was built, except those of Table I, which are the paper's, and of the block
# edges and the claims, which come from published records.
