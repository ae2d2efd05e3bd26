"""Charts of study "recognition": what classifiers recognise, beside the bytes, the detail and the PSNR of the same images."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from hfsr.report.figures import style
from hfsr.report.figures.style import look, panels, styled, title

ACROSS = {"bytes": "extra bytes (%)", "recovered": "recovered (%)", "psnr": "PSNR (dB)"}


@styled
def recognised(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Accuracy against bytes, recovered detail and PSNR, a point a row of the study, a column of panels a set.

    Parameters
    ----------
    tables : dict of title -> DataFrame
        A row a row of the study, the alphas in their order; columns ``accuracy`` in per cent, ``bytes`` more than bicubic's in
        per cent, ``recovered`` in per cent of the truth's detail, and ``psnr`` in dB, NaN of the truth.

    Examples
    --------
    >>> table = pd.DataFrame({"accuracy": [54.0], "bytes": [0.0], "recovered": [10.0], "psnr": [25.4]}, ["Bicubic"])
    >>> [ax.get_xlabel() for ax in recognised({"CIFAR-10": table}).axes]
    ['extra bytes (%)', 'recovered (%)', 'PSNR (dB)']
    """
    figure, axes = panels(len(ACROSS), len(tables), height=9.2, squeeze=False)
    for column, (name, table) in enumerate(tables.items()):
        title(axes[0, column], name)
        alphas = table[table.index.str.fullmatch(r"\d/\d")]
        for ax, (across, words) in zip(axes[:, column], ACROSS.items(), strict=True):
            for row, values in table.iterrows():
                colour, _, marker = look(str(row))
                shown = style.method_labels([str(row)])[0]
                if row in alphas.index[:1]:  # one word for all of them: they lie together
                    shown += f" to {alphas.index[-1]}"
                label = None if row in alphas.index[1:] else shown
                ax.plot(values[across], values["accuracy"], marker, color=colour, ms=7, label=label)
                if pd.isna(values[across]):  # the truth's PSNR: a ceiling
                    ax.axhline(values["accuracy"], color=colour, linestyle=":")
            ax.set_xlabel(words)
            ax.margins(0.1)
    figure.supylabel("recognised (%)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
