"""Fig 4 and Table IV as pictures: spectra, power against frequency, sizes of files."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from torch import Tensor

from hfsr import drawing
from hfsr.drawing import BLUE, GREY, RED, WIDTH, grid, styled, title
from hfsr.frequency import spectrum


@styled
def spectra(images: Mapping[str, Tensor], centred: bool = False) -> Figure:
    """Fig 4: spectrograms in one colour scale, frequency zero in the corners as in the paper or centred.

    Parameters
    ----------
    images : dict of name -> Tensor, (C, H, W), uint8
        All of one size.
    centred : bool
        As for `hfsr.frequency.spectrum`.
    """
    results = {name: spectrum(image, centred) for name, image in images.items()}
    every = torch.stack(list(results.values()))
    low, high = np.quantile(every.numpy(), [0.001, 0.999])
    figure, axes = grid(len(results), every.shape[1], every.shape[2], columns=3 if len(results) == 3 else 2, below=0.8)
    for ax, (name, result) in zip(axes, results.items(), strict=True):
        drawn = ax.imshow(result.numpy(), vmin=low, vmax=high)
        title(ax, name)
    figure.colorbar(drawn, ax=axes, location="bottom", shrink=0.6, aspect=30, label="log$_{10}$(1 + magnitude)")
    return figure


@styled
def radial_profiles(profiles: Mapping[str, tuple[Tensor, Tensor]], truth: str) -> Figure:
    """Mean power against frequency, and the same relative to the ground truth's.

    Parameters
    ----------
    profiles : dict of name -> (frequency, power)
        From `hfsr.frequency.radial_profile`, all of images of one size.
    truth : str
        The name of the ground truth among them.
    """
    colours = drawing.colours_of(profiles, truth)
    figure, axes = plt.subplots(2, 1, figsize=(WIDTH, 6.4), sharex=True, layout="constrained")
    for name, (frequency, power) in profiles.items():
        line = {"color": colours[name], "lw": 1.5, "label": name, "ls": "-" if name != truth else "--"}
        axes[0].plot(frequency, power, **line)
        axes[1].plot(frequency, 10 * torch.log10(power / profiles[truth][1]), **line)
    for ax in axes:
        ax.axvline(0.25, color=GREY, lw=1, ls=":")
    axes[0].set(yscale="log", ylabel="power (grey levels²)")
    axes[1].set(xlim=(0, 0.5), xlabel="frequency (cycles a pixel)", ylabel=f"relative to {truth} (dB)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


@styled
def png_sizes(ours: pd.Series, theirs: pd.Series) -> Figure:
    """Table IV as points: PNG bytes of each method relative to bicubic's, ours above the paper's.

    Parameters
    ----------
    ours, theirs : Series
        A row a method, in bytes or megabytes; bicubic's comes first.
    """
    counts = [len(ours) + 0.5, len(theirs) + 0.5]
    size = (WIDTH, 1.4 + 0.36 * sum(counts))
    figure, axes = plt.subplots(2, 1, figsize=size, height_ratios=counts, sharex=True, layout="constrained")
    panels = ((ours, "measured here", BLUE), (theirs, "in the paper", RED))
    for ax, (sizes, text, colour) in zip(axes, panels, strict=True):
        drawing.points(ax, 100 * sizes / sizes.iloc[0], 100, colour)
        title(ax, text)
    axes[1].set_xlabel("bytes as PNG, bicubic = 100")
    return figure
