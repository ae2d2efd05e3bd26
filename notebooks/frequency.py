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
# *And is a bigger file proof of it?* Section V of the paper {cite}`zhou2020improving` answers by two measures: the size of the
# enlarged images as PNG files (Table IV), and their spectrograms (Fig 4). This page takes both on held-out photographs, for
# bicubic enlargement and for networks that come with this project, and adds what the paper leaves out: the ground truth
# itself, and a method that can only be wrong.

# %%
import cv2
import pandas as pd
import torch

import hfsr
from hfsr import figures, metrics, paper
from hfsr.data import photographs
from hfsr.frequency import png_bytes, radial_profile
from hfsr.upscale import upscale

# %% [markdown]
# Other networks or another photograph, from a terminal:
# `papermill notebooks/frequency.ipynb runs/frequency.ipynb -p models NAME,NAME -p photograph NAME`.

# %% tags=["parameters"]
models = "wdsr-a0,wdsr-a1-5"  # names of published networks, separated by commas
photograph = "coffee"  # the held-out photograph whose spectra are drawn

# %% [markdown]
# Every held-out photograph is halved and enlarged again by each method. The method that can only be wrong is bicubic with
# noise added: independent of the image, of 2 grey levels' deviation, hardly visible. It knows nothing that bicubic does not.

# %%
held_out = photographs.load("embedded-held-out")
names = [name.strip() for name in models.split(",")]
enlarged = {"bicubic": [upscale("bicubic", lr) for lr in held_out.lr]}
for name in names:
    network = hfsr.load_model(name)
    enlarged[name] = [upscale(network, lr) for lr in held_out.lr]

generator = torch.Generator().manual_seed(0)
enlarged["bicubic + noise"] = []
for image in enlarged["bicubic"]:
    noisy = image + 2 * torch.randn(image.shape, generator=generator)
    enlarged["bicubic + noise"].append(noisy.round().clamp(0, 255).to(torch.uint8))

enlarged["ground truth"] = list(held_out.hr)
print(f"{len(held_out.names)} photographs: {', '.join(held_out.names)}")

# %% [markdown]
# ## Bytes
#
# PNG stores differences between neighbouring pixels and compresses them without loss: a picture with more change in it makes
# a larger file. As in the paper, OpenCV writes the files with its default settings. PSNR, on all colour channels with
# a border of 8 pixels left out, says how near each method comes to the ground truth.

# %%
rows = {}
for name, images in enlarged.items():
    pairs = list(zip(images, held_out.hr, strict=True))
    rows[name] = {
        "bytes": sum(png_bytes(image) for image in images),
        "pixels": sum(hr[0].numel() for hr in held_out.hr),
        "PSNR": sum(metrics.psnr(*pair, 8, "rgb") for pair in pairs) / len(pairs),
    }
table = pd.DataFrame(rows).T
table["relative"] = table["bytes"] / table.loc["bicubic", "bytes"]

print(f"PNG by OpenCV {cv2.__version__}, default settings")
pd.DataFrame(
    {
        "bytes": table["bytes"].map("{:,.0f}".format),
        "a pixel": (table["bytes"] / table["pixels"]).map("{:.2f}".format),
        "of bicubic's": table["relative"].map("{:.1%}".format),
        "PSNR (dB)": table["PSNR"].map("{:.2f}".format),
    }
)

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Size as PNG relative to bicubic's, here and in the paper's Table IV (DIV2K's validation images). The paper has no row for the ground truth.", "name": "fig-bytes"}, "image": {"alt": "Two rows of points on one axis of relative size. Above, measured here: bicubic at 100, the networks, bicubic with noise, and the ground truth. Below, the paper's: bicubic at 100, all networks between 113 and 120, growing with alpha."}}
figures.png_sizes(table["bytes"], paper.table4()["div2k_valid"])

# %% [markdown]
# ## Spectra
#
# The spectrogram shows the strength of every frequency. As in the paper, frequency zero is in the corners and the highest
# frequencies are in the middle: bright there means much fine detail, or much noise.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Spectrograms of one photograph's luma in one colour scale (the paper's Fig 4): low frequencies in the corners, high ones in the middle.", "name": "fig-spectrum"}, "image": {"alt": "Spectrograms, bright in the corners. Bicubic's is darkest in the middle, the ground truth's is brighter everywhere, and bicubic with noise has an evenly lit middle."}}
index = held_out.names.index(photograph)
shown = {name: images[index] for name, images in enlarged.items()}
figures.spectra(shown)

# %% [markdown]
# Averaged over all directions, the spectrum becomes a curve. Along rows and columns the small image holds nothing above 0.25
# cycles a pixel of the large one (dotted), and along diagonals nothing above 0.35: what lies beyond is the method's addition.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Mean power at each frequency, and the same relative to the ground truth, for the photograph above.", "name": "fig-profile"}, "image": {"alt": "Two charts against frequency. Power falls steeply for all methods; above a quarter of a cycle a pixel bicubic falls furthest below the ground truth, and bicubic with noise stays level."}}
profiles = {name: radial_profile(image) for name, image in shown.items()}
figures.radial_profiles(profiles, "ground truth")

# %% [markdown]
# How much of the ground truth's power each method has above 0.25 cycles a pixel, as the mean over the photographs:


# %%
def high_power(image: torch.Tensor) -> float:
    frequency, power = radial_profile(image)
    ring = power * frequency  # a ring holds frequencies in proportion to its radius
    return ring[frequency > 0.25].sum().item()


truth = [high_power(hr) for hr in held_out.hr]
for name, images in enlarged.items():
    shares = [high_power(image) / full for image, full in zip(images, truth, strict=True)]
    table.loc[name, "high power"] = sum(shares) / len(shares)
table["high power"].map("{:.1%}".format).to_frame("power above 0.25")

# %% [markdown]
# ## Ours beside the paper's
#
# The paper compares networks of several alphas after full training. From two short trainings, one on all elements and one at
# $\alpha = 1/5$, a seed each, this page can say two things: whether a trained network has more high frequencies than bicubic, and
# whether a larger file shows that they are the right ones. All changes are against bicubic.

# %%
theirs = paper.table4()["div2k_valid"]
for name in ("WDSR", "1/3"):
    print(f"{name} in the paper: bytes {theirs[name] / theirs['Bicubic'] - 1:+.1%}")

change = table - table.loc["bicubic"]
for name in [*names, "bicubic + noise"]:
    bytes_, power, psnr = change.loc[name, ["relative", "high power", "PSNR"]]
    print(
        f"{name}: bytes {bytes_:+.1%}, high power {100 * power:+.1f} points, PSNR {psnr:+.2f} dB"
    )

more = [name for name in names if change.loc[name, "high power"] > 0]
noise = change.loc["bicubic + noise"]
misled = noise["relative"] > 0 and noise["PSNR"] < 0
print(f"More high frequencies than bicubic: {', '.join(more) or 'none of the networks'}.")
print(f"A larger file is {'no proof' if misled else 'a sign'} of recovered detail.")

# %% [markdown]
# Every number here was computed when the page was built, except those of Table IV, which are the paper's. The networks were
# trained before and come with the package; their records are below `results/`. To run it again:
# `papermill notebooks/frequency.ipynb runs/frequency.ipynb`.
