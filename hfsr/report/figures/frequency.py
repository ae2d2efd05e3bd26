"""Fig 4 and Table IV as pictures: spectra, power and agreement against frequency, bytes against detail."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from scipy import stats
from torch import Tensor
from torch.nn import functional as F

from hfsr.analysis.spectrum import spectrum
from hfsr.report.figures import style
from hfsr.report.figures.style import GREY, caption, grid, look, panels, plate, styled

COARSE = 100  # dots an inch: spectra look like noise, which no file format makes small


@styled
def spectra(images: Mapping[str, Tensor], centred: bool = False) -> Figure:
    """Fig 4: spectrograms in one colour scale, frequency zero in the corners as in the paper or centred.

    Parameters
    ----------
    images : dict of name -> Tensor, (C, H, W), uint8
        All of one size.
    centred : bool
        As for `hfsr.analysis.spectrum.spectrum`.

    Examples
    --------
    >>> image = torch.randint(256, (3, 32, 32), dtype=torch.uint8)
    >>> [ax.get_title("left") for ax in spectra({"WDSR": image, "1/5": image}).axes]  # the last is the scale
    ['WDSR', '1/5', '']
    """
    results = {name: spectrum(image, centred) for name, image in images.items()}
    every = torch.stack(list(results.values()))
    low, high = np.quantile(every.numpy(), [0.001, 0.999])
    figure, axes = grid(
        len(results), every.shape[1], every.shape[2], columns=3 if len(results) == 3 else 2, below=0.8, dpi=COARSE
    )
    for ax, (name, result) in zip(axes, results.items(), strict=True):
        drawn = ax.imshow(result.numpy(), vmin=low, vmax=high)
        caption(ax, name)
    _scale(figure, drawn, axes, "log$_{10}$(1 + magnitude)")
    return figure


@styled
def spectra_differences(images: Mapping[str, Tensor], truth: str) -> Figure:
    """Differences of centred spectrograms to the ground truth's, in one scale: red is too much of a frequency, blue too little.

    Parameters
    ----------
    images : dict of name -> Tensor, (C, H, W), uint8
        All of one size.
    truth : str
        The name of the ground truth among them.

    Examples
    --------
    >>> image = torch.randint(256, (3, 32, 32), dtype=torch.uint8)
    >>> figure = spectra_differences({"truth": image, "1/5": image}, "truth")
    >>> [ax.get_title("left") for ax in figure.axes]  # the last is the scale
    ['1/5', '']
    """
    own = spectrum(images[truth], centred=True)
    # Single frequencies scatter: the mean over 5 x 5 of them shows where power is missing.
    results = {
        name: F.avg_pool2d((spectrum(image, centred=True) - own)[None, None], 5, stride=1, padding=2)[0, 0]
        for name, image in images.items()
        if name != truth
    }
    height, width = own.shape
    figure, axes = grid(len(results), height, width, columns=2, below=0.8, dpi=COARSE)
    for ax, (name, result) in zip(axes, results.items(), strict=True):
        drawn = ax.imshow(result.numpy(), vmin=-1.5, vmax=1.5, cmap="RdBu_r")
        caption(ax, name)
    _scale(figure, drawn, axes, "log$_{10}$ of the magnitude minus the ground truth's")
    return figure


@styled
def radial_profiles(profiles: Mapping[str, tuple[Tensor, Tensor]], truth: str, unit: str = "grey levels²") -> Figure:
    """Mean power against frequency, and the same relative to that of the ground truth, or of another one of them.

    Parameters
    ----------
    profiles : dict of name -> (frequency, power)
        From `hfsr.analysis.spectrum.radial_profile`, all of images of one size.
    truth : str
        The name of the ground truth among them.
    unit : str
        Of the power.

    Examples
    --------
    >>> from hfsr.analysis.spectrum import radial_profile
    >>> profile = radial_profile(torch.randint(256, (3, 32, 32), dtype=torch.uint8))
    >>> [ax.get_ylabel() for ax in radial_profiles({"truth": profile, "1/5": profile}, "truth").axes]
    ['power (grey levels²)', 'relative power (dB)']
    """
    figure, axes = panels(2, 1, height=6.2, sharex=True)
    for name, (frequency, power) in profiles.items():
        line = {"color": look(name).colour, "ls": look(name).line, "lw": 1.5, "label": name}
        axes[0].plot(frequency, power, **line)
        axes[1].plot(frequency, 10 * torch.log10(power / profiles[truth][1]), **line)
    for ax in axes:
        ax.axvline(0.25, color=GREY, lw=1, ls=":")
    axes[0].set(yscale="log", ylabel=f"power ({unit})")
    axes[1].set(xlim=(0, 0.5), xlabel="frequency (cycles a pixel)", ylabel="relative power (dB)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


@styled
def agreement(curves: Mapping[str, Mapping[str, Mapping[str, list[float]]]], images: int) -> Figure:
    """Over a whole set: power and error beside the ground truth's power, and the correlation with it, at each frequency.

    The means over the images, with bands of 95 % intervals.

    Parameters
    ----------
    curves : dict of name -> ``curves`` of one set, from a record of `hfsr.analysis.detail`
        Means and deviations of ``power`` and ``error`` (log10) and of ``correlation``.
    images : int
        In the set.

    Examples
    --------
    >>> curve = {"mean": [0.9, 0.5], "sd": [0.1, 0.1]}
    >>> measured = {"power": curve, "error": curve, "correlation": curve}
    >>> [ax.get_ylabel() for ax in agreement({"1/5": measured}, images=100).axes]
    ['power (dB)', 'error (dB)', 'correlation']
    """
    figure, axes = panels(3, 1, height=8.5, sharex=True)
    kinds = {"power": "power (dB)", "error": "error (dB)", "correlation": "correlation"}
    half_width = stats.t.ppf(0.975, images - 1) / np.sqrt(images)
    for ax, (kind, label) in zip(axes, kinds.items(), strict=True):
        scale = 1 if kind == "correlation" else 10
        for name, measured in curves.items():
            mean, spread = (scale * np.array(measured[kind][key]) for key in ("mean", "sd"))
            frequency = 0.5 * np.arange(1, len(mean) + 1) / len(mean)
            colour, line, _ = look(name)
            ax.plot(frequency, mean, color=colour, ls=line, lw=1.5, label=name)
            ax.fill_between(
                frequency, mean - half_width * spread, mean + half_width * spread, color=colour, alpha=0.2, lw=0
            )
        ax.axvline(0.25, color=GREY, lw=1, ls=":")
        ax.set_ylabel(label)
    for level, name in ((1 / 2, "1/2"), (1 / 7, "1/7")):
        axes[2].axhline(level, color=GREY, lw=1, ls=":")
        axes[2].annotate(name, (0.01, level), (0, 2), textcoords="offset points")
    axes[1].axhline(0, color=GREY, lw=1, ls=":")
    axes[2].set(xlim=(0, 0.5), xlabel="frequency (cycles a pixel)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


@styled
def bytes_and_detail(table: pd.DataFrame) -> Figure:
    """Which extra bytes are detail: a point a method, right and up is better, right and down is ringing or noise.

    Parameters
    ----------
    table : DataFrame
        A row a method; columns ``bytes``, more than bicubic's in per cent; ``recovered``, per cent of the ground truth's
        detail; ``psnr`` in dB.

    Examples
    --------
    >>> table = pd.DataFrame({"bytes": [0, 5, 7], "recovered": [0, 20, 21], "psnr": [24, 26, 26]}, ["Bicubic", "WDSR", "1/5"])
    >>> [ax.get_ylabel() for ax in bytes_and_detail(table).axes]
    ['detail recovered (%)', 'PSNR on selected elements (dB)']
    """
    figure, axes = panels(2, 1, height=7, sharex=True)
    for ax, (column, label) in zip(
        axes, {"recovered": "detail recovered (%)", "psnr": "PSNR on selected elements (dB)"}.items(), strict=True
    ):
        alphas = table[table.index.str.fullmatch(r"WDSR|\d/\d")]
        ax.plot(alphas["bytes"], alphas[column], color=GREY, lw=1, zorder=0)
        ax.set_ylabel(label)
        ax.margins(x=0.12, y=0.12)
        for name, row in table.iterrows():
            colour, _, marker = look(str(name))
            known = style.method_labels([str(name)])[0]
            ax.plot(
                row["bytes"], row[column], marker, color=colour, ms=7, label=known if name not in alphas.index else None
            )
            if name in (alphas.index[0], alphas.index[-1]):
                ax.annotate(known, (row["bytes"], row[column]), (0, 8), textcoords="offset points", ha="center")
    axes[1].set_xlabel("bytes as PNG beyond bicubic's (%)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _scale(figure: Figure, drawn: ScalarMappable, axes: list[Axes], label: str) -> None:
    """What the colours mean, below the pictures."""
    bar = figure.colorbar(drawn, ax=axes, location="bottom", shrink=0.6, aspect=30, label=label)
    low, high = drawn.get_clim()
    bar.set_ticks([tick for tick in bar.get_ticks() if low <= tick <= high])  # these keep their plates
    for text in (bar.ax.xaxis.label, *bar.ax.get_xticklabels()):
        plate(text)
