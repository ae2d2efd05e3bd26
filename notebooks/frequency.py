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
# # Does the method recover more high frequencies?
#
# *And if its images hold more of them, are they the right ones?* Section V of the paper ([Zhou
# 2020](../book/bibliography.md#zhou2020improving)) asks the first question and answers by two measures: the size of the upscaled images as
# PNG files (Table IV), and their spectrograms (Fig 4). Both grow with detail, but with noise and ringing too. This page takes both, and
# then measures what the paper leaves open: how much of what is added agrees with the ground truth.

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

from hfsr import upscale
from hfsr.analysis import detail, spectrum
from hfsr.data import photographs
from hfsr.report import answers, byte_tables, claims, drawn, figures, printed, tables
from hfsr.report.folded import Folded

# %% [markdown]
# To see other networks or another photograph:
# `papermill notebooks/frequency.ipynb runs/frequency.ipynb -p models NAME,NAME -p photograph NAME`.

# %% tags=["parameters"]
models = "wdsr-a0,wdsr-a1-5"  # names of published networks, separated by commas
photograph = "coffee"  # the held-out photograph whose spectra are drawn
recipe = "bench"  # of the records

# %% [markdown]
# ## The answer
#
# The method's images do hold more power at high frequencies, and more bytes; both grow with $\alpha$, though not every step is certain.
# About half of the added power is the ground truth's; the other half has nothing to do with it, so the error there hardly falls: by 0.3 % of
# the truth's power on Kodak24, under our margin of half a per cent. A larger file is no proof of more detail: SRCNN's files are 1.5 per
# cent smaller than WDSR's here, on Kodak24, and 0.8 per cent larger in the paper, where its PSNR is lower by 1.6 dB.

# %% tags=["hide-input"]
first = ("power", "recovered", "bytes", "bytes-srcnn", "bytes-bicubic")
HTML(answers.headline(claims.claims(*first), claims.others("/notebooks/frequency", *first)))

# %% mystnb={"figure": {"name": "fig-bytes-detail"}, "image": {"alt": "Two scatter charts. From WDSR to alpha 1/3 the points move right, to more bytes, and not up. SRCNN lies nearly as far right as WDSR but lower; the network trained on smooth elements lies left and low."}} tags=["hide-input"]
figures.bytes_and_detail(drawn.bytes_and_detail(recipe))

# %% [markdown]
# **Figure.** BSD100: bytes as PNG beyond bicubic's against the detail that is recovered (above) and PSNR on the elements that Eq 7
# selects (below). Right is more bytes, up is more of the ground truth. The line goes from WDSR through the method's rows in the
# order of alpha.
#
# From WDSR to $\alpha = 1/3$ the points move to the right and hardly up: more bytes, hardly more truth.
#
# ## How it was done: the spectra of one photograph
#
# A held-out photograph is halved and upscaled again by each method. One more method can only be wrong: bicubic with noise added,
# independent of the image, of 2 grey levels' deviation, hardly visible. It knows nothing that bicubic does not.

# %%
held_out = photographs.load("embedded-held-out")
names = [name.strip() for name in models.split(",")]
index = held_out.names.index(photograph)
lr, hr = held_out.lr[index], held_out.hr[index]
shown = {"bicubic": upscale(lr, "bicubic")}
labels = tables.labels(recipe)
shown |= {labels.get(name, name): upscale(lr, name) for name in names}
noise = 2 * torch.randn(hr.shape, generator=torch.Generator().manual_seed(0))
noisy = (shown["bicubic"] + noise).round().clamp(0, 255)
shown["bicubic + noise"] = noisy.to(torch.uint8)
shown["ground truth"] = hr

# %% [markdown]
# The spectrogram shows the strength of every frequency. As in the paper, frequency zero is in the corners and the highest
# frequencies are in the middle: bright there means much fine detail, or much noise.
#
# **Figure.** Spectrograms of one photograph's luma in one colour scale (the paper's Fig 4): low frequencies in the corners, high
# ones in the middle.

# %% mystnb={"figure": {"name": "fig-spectrum"}, "image": {"alt": "Spectrograms, bright in the corners. Bicubic's is darkest in the middle, the ground truth's is brighter everywhere, and bicubic with noise has an evenly lit middle."}} tags=["hide-input"]
figures.spectra(shown)

# %% mystnb={"figure": {"name": "fig-spectrum-difference"}, "image": {"alt": "Maps of difference, nearly white in the middle, which is where the small image's frequencies are. Around it bicubic is blue, darkest in the corners; the networks are much paler, with two red streaks where they invented a pattern; bicubic with noise is an even pale blue."}} tags=["hide-input"]
figures.spectra_differences(shown, "ground truth")

# %% [markdown]
# **Figure.** The same with frequency zero in the middle, as the difference to the ground truth's spectrogram: blue is missing, red
# is too much.
#
# Averaged over all directions, the spectrum becomes a curve. Along rows and columns the small image holds nothing above 0.25
# cycles a pixel of the large one (dotted), and along diagonals nothing above 0.35: what lies beyond is the method's addition.

# %% mystnb={"figure": {"name": "fig-profile"}, "image": {"alt": "Two charts against frequency. Power falls steeply for all methods; above a quarter of a cycle a pixel bicubic falls furthest below the ground truth, and bicubic with noise stays level."}} tags=["hide-input"]
profiles = {name: spectrum.radial_profile(image) for name, image in shown.items()}
figures.radial_profiles(profiles, "ground truth")

# %% [markdown]
# **Figure.** Mean power at each frequency, and the same relative to the ground truth, for the photograph above.
#
# In numbers: bytes, and power above 0.25 cycles a pixel as a share of the ground truth's. Then the question itself. *Recovered* is one minus
# the power of the *error* up there, again as a share of the ground truth's: 100 % is all of its detail, 0 % is no better than
# leaving these frequencies out. The *cutoff* is the frequency where Fourier ring correlation with the ground truth falls under 1/2. Noise
# adds bytes and power, and takes from the other two.

# %%
one = pd.DataFrame({name: detail.numbers(image, hr) for name, image in shown.items()}).T
columns = {
    "PNG, bytes": one["png_bytes"].map("{:,.0f}".format),
    "power, %": (100 * one["high_power"]).round(1),
    "recovered, %": (100 * one["recovered"]).round(1),
    "cutoff, cycles a pixel": one["cutoff_half"].round(3),
}
pd.DataFrame(columns)

# %% [markdown]
# **Try it.** Double the noise. Do the bytes tell you that the picture got worse? Does *recovered*?
#
# <details><summary>What to expect</summary>
#
# The bytes grow again, as if there were more detail. *Recovered* falls further, below zero if the noise is strong enough: the error up there
# is then larger than everything that the ground truth has.
#
# </details>
#
# ## Table IV: bytes
#
# From here on all numbers come from published records of all rows of the [super-resolution study](superres.ipynb), measured on whole sets.
# Files are written by OpenCV, as in the paper, and compared with bicubic's image by image. The ground truth, which the paper has no row
# for, says how much there would be to add. On the four camera photographs the files of WDSR are as large as the ground truth's own, and
# those of 1/5 five per cent larger than WDSR's; with the encoder's strongest setting they are 13 and 25 per cent larger than the truth's. Four
# pictures do not say how it is with others. A megabyte is $2^{20}$ bytes: with that the networks' CIFAR sets come within a hundredth of the paper's sizes, though
# other networks upscaled them.

# %% tags=["hide-input"]
Folded(
    "Bytes of every row on every set, by two settings of the encoder, beside the paper's",
    {
        "default setting, beyond bicubic's, %": byte_tables.gained(recipe, "default"),
        "strongest setting, beyond bicubic's, %": byte_tables.gained(recipe, "strongest"),
        "default setting, on the sets that decide, %": byte_tables.gained(
            recipe, "default", "confirmation"
        ),
        "strongest setting, on the sets that decide, %": byte_tables.gained(
            recipe, "strongest", "confirmation"
        ),
        "MB (bytes a pixel)": byte_tables.sizes(recipe),
        "CIFAR-10, 50,000 training images": byte_tables.labelled("cifar10"),
        "CIFAR-100, 50,000 training images": byte_tables.labelled("cifar100"),
        "place from the smallest files, default setting (after a comma strongest, where it differs)": byte_tables.places(
            recipe
        ),
    },
)

# %% [markdown]
# ## What the added power is
#
# Over a whole set: power, error and correlation at each frequency. Where the error's power reaches the ground truth's own (0 dB), the image
# would be nearer to the truth without that frequency.

# %% mystnb={"figure": {"name": "fig-agreement"}, "image": {"alt": "Three charts against frequency. Beyond a quarter of a cycle a pixel bicubic's power falls far below the ground truth's and its correlation to nothing; SRCNN and the WDSR networks keep more of both, and the lines of WDSR and of alpha 1/5 and 1/3 can hardly be told apart."}} tags=["hide-input"]
figures.agreement(*drawn.agreement(recipe))

# %% [markdown]
# **Figure.** BSD100: power and error of each method beside the ground truth's power, and Fourier ring correlation with the ground
# truth; bands are 95 % intervals over the images.
#
# Now as differences to the network trained on all elements. Power above 0.25 is split in two: what is a multiple of the ground truth there
# is *right*, the rest, which has nothing to do with it, is *wrong* (`hfsr.analysis.agreement.split_power`). Both, and what is *recovered*,
# are shares of the ground truth's power. *Overshoot* is how far values near edges leave the range of the ground truth around them, in grey
# levels; *steepness* is that of edges, 1 for the ground truth's.
#
# *Right* and *wrong* describe, and do not judge: the best estimate that there can be has wrong power too. Where a share $c$ of the truth can be
# known, it holds the power $c$, of which $c^2$ is right and $c - c^2$ wrong: more wrong than right where $c < 1/2$. *Recovered* is what such an
# estimate maximises. Our margin for it, half a per cent of the truth's power, is 0.9 % of WDSR's error there, or 0.04 dB: more than the 0.02
# dB that matter in PSNR. That error falls by 0.6 %, about 0.025 dB, no less than PSNR over all frequencies rises: "no difference that matters" is
# said by that margin.
#
# **Figure.** BSD100: each row minus WDSR trained on all elements, with 95 % intervals; filled where they exclude zero. Power in per
# cent of the truth's; the cutoff in hundredths of a cycle a pixel, overshoot of a grey level.

# %% mystnb={"figure": {"name": "fig-detail"}, "image": {"alt": "Six panels of points with intervals. Right power, wrong power, steepness and overshoot grow from alpha 1/7 to 1/3; the recovered share and the cutoff lie a little above zero for all alphas without growing. Random elements change next to nothing."}} tags=["hide-input"]
figures.differences(drawn.detail(recipe), "difference to WDSR on BSD100 (unit above)")

# %% tags=["hide-input"]
Folded(
    "Means of every row on Kodak24 and BSD100",
    {
        "Kodak24, detail": printed.detail(recipe, "kodak24"),
        "BSD100, detail": printed.detail(recipe),
    },
)

# %% [markdown]
# One page has [every claim of the paper](../book/claims.md), another [the rule](../book/decided.md). The spectra of one photograph and
# their numbers were computed when the page was built; all else comes from records below `results/frequency/`, which `hfsr frequency NAME`
# makes.
