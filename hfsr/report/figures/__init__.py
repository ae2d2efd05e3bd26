"""The paper's figures and tables as pictures: one function a figure. Each returns a matplotlib Figure."""

from hfsr.report.figures.diagram import framework
from hfsr.report.figures.frequency import agreement, bytes_and_detail, radial_profiles, spectra, spectra_differences
from hfsr.report.figures.method import crop_fractions, map_histogram, map_panels, selected_fractions
from hfsr.report.figures.recognition import recognised
from hfsr.report.figures.speed import times
from hfsr.report.figures.study import curve, differences, gains, learning_curves, side_by_side

__all__ = [
    "agreement",
    "bytes_and_detail",
    "crop_fractions",
    "curve",
    "differences",
    "framework",
    "gains",
    "learning_curves",
    "map_histogram",
    "map_panels",
    "radial_profiles",
    "recognised",
    "selected_fractions",
    "side_by_side",
    "spectra",
    "spectra_differences",
    "times",
]
