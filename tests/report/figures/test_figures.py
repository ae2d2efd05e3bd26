"""What the figures show is what they were given; and all are legible: no small writing, none cut off."""

import inspect
import itertools
import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from skimage.color import rgb2lab

from hfsr import selected_fraction, selection_mask, weight_map
from hfsr.analysis.spectrum import radial_profile, spectrum
from hfsr.images import resize_bicubic
from hfsr.report import figures, paper
from hfsr.report.figures.style import STYLE, Chart, look
from hfsr.weightmap import map_statistics


@pytest.fixture
def image(photograph):
    return photograph("coffee")[:, 100:228, 200:360].contiguous()


@pytest.fixture
def methods(image):
    bicubic = resize_bicubic(resize_bicubic(image, 0.5), 2)
    return {"ground truth": image, "bicubic": bicubic, "network": image // 2 + bicubic // 2}


@pytest.fixture
def log():
    steps = np.arange(1, 301)
    return pd.DataFrame({"step": steps, "loss": 0.2 / np.sqrt(steps)})


@pytest.fixture
def gaps():
    rows = ["1/7", "1/5", "1/5, random elements", "1/5, complement elements", "1/5, mean per image"]
    table = pd.DataFrame({"mean": [0.1, 0.0, -0.2, -3.0, 0.05], "low": [0.05, -0.1, -0.3, -3.2, -0.02]}, index=rows)
    table["high"] = 2 * table["mean"] - table["low"]
    table["sign"] = [1, 0, -1, -1, 0]
    return {"set5": table, "set14": table / 2, "bsd100": table}


@pytest.fixture
def curves():
    return pd.DataFrame(
        [
            {"row": row, "seed": seed, "step": step, "psnr": 30 + level + seed / 10 - 100 / step}
            for level, row in enumerate(["SRCNN", "WDSR", "1/5", "1/5, random elements"])
            for seed in (0, 1)
            for step in range(20, 401, 20)
        ]
    )


RECOGNISED = pd.DataFrame(
    {
        "accuracy": [90.0, 73.5, 73.6],
        "bytes": [9.4, 6.0, 6.8],
        "recovered": [100.0, 33.1, 33.3],
        "psnr": [np.nan, 27.7, 27.8],
    },
    ["Truth", "1/7", "1/3"],
)
DETAIL = pd.DataFrame(
    {
        "bytes": [0, 6.2, 7.8, 9.3, 10.6, 8.1, 1.9],
        "recovered": [13.1, 37.5, 41.4, 41.3, 41.1, 41.2, 19.3],
        "psnr": [26.0, 28.1, 28.9, 28.9, 28.8, 28.8, 26.5],
    },
    index=["Bicubic", "SRCNN", "WDSR", "1/5", "1/3", "1/5, random", "1/5, complement"],
)
UNIT = re.compile(r"\((dB|%|points|times|grey levels²?|cycles a pixel)[^)]*\)")
WITHOUT_UNIT = ("$\\alpha$", "correlation", "loss", "fraction", "log$_{10}$")
COUNTS = ("iterations", "crops", "elements a grey level")


def every_figure(image, methods, log, gaps, curves, measured):
    yield figures.framework()
    yield figures.map_panels(image, "1/5", (10, 20, 90, 100), (50, 60))
    yield figures.map_histogram(image, "1/5")
    yield figures.crop_fractions(selection_mask(image, "1/5").double().mean(dim=(0, 1)))
    yield figures.selected_fractions(pd.DataFrame({"a": 0.5, "b": 0.6}, index=paper.ALPHAS))
    yield figures.spectra(methods)
    yield figures.spectra(methods | {"another": image}, centred=True)
    ways = pd.DataFrame(
        {"a CPU, bf16 units": [2.5, 0.9], "a CPU, no bf16 units": [1.2, 1.0]}, index=["plain", "compiled"]
    )
    yield figures.times({"training": ways, "upscaling": ways.iloc[:1]})
    yield figures.radial_profiles({name: radial_profile(one) for name, one in methods.items()}, "ground truth")
    yield figures.spectra_differences(methods, "ground truth")
    yield figures.agreement(measured, images=100)
    yield figures.bytes_and_detail(DETAIL)
    yield figures.curve(log)
    yield figures.learning_curves(curves, "psnr", "PSNR (dB)")
    titles = ("steepness (1/100)", "overshoot (1/100)", "selected elements")
    yield figures.differences(dict(zip(titles, gaps.values(), strict=True)), "difference (dB)")
    yield figures.side_by_side(methods)
    yield figures.recognised({"CIFAR-10": RECOGNISED, "CIFAR-100": RECOGNISED})
    yield figures.gains(gain_tables())


def test_every_public_figure_is_among_them():
    assert set(re.findall(r"yield figures\.(\w+)\(", inspect.getsource(every_figure))) == set(figures.__all__)


def test_every_figure_is_legible(image, methods, log, gaps, curves, measured):
    before = {key: plt.rcParams[key] for key in STYLE}
    for figure in every_figure(image, methods, log, gaps, curves, measured):
        written = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
        figure.draw_without_rendering()  # settles the layout
        # on a telephone a figure is 342 pixels wide; here an inch is 96, and both formats add a tenth of one to each side
        width = 96 * (figure.get_tightbbox().width + 0.2)
        assert min(text.get_fontsize() for text in written) * min(1, 342 / width) >= 9
        labels = {label for ax in figure.axes for label in (ax.get_title("left"), ax.get_xlabel(), ax.get_ylabel())}
        places = [text.get_window_extent() for text in written if text.get_text() in labels]
        assert not any(one.overlaps(other) for one, other in itertools.combinations(places, 2))
        drawn, inch = figure.get_tightbbox(), 0.01
        assert min(drawn.x0, drawn.y0) > -inch
        assert drawn.x1 < figure.get_figwidth() + inch
        assert drawn.y1 < figure.get_figheight() + inch
        assert figure.get_facecolor()[3] == 0  # the page shows through
        if isinstance(figure, Chart):
            assert len(figure._repr_mimebundle_()[0]["image/svg+xml"]) < 200_000
            assert {ax.get_facecolor()[3] for ax in figure.axes} == {0}
    assert not plt.get_fignums()
    assert {key: plt.rcParams[key] for key in STYLE} == before  # the caller's style is left alone


def numbered(axis):
    """Whether numbers, and not names, stand along an axis."""
    texts = [re.sub(r"[${}]|\\mathdefault", "", label.get_text()) for label in axis.get_ticklabels()]
    return axis.axes.axison and any(re.fullmatch("[+\u2212-]?\\d[\\d.^/\u2212-]*%?", text) for text in texts)


def test_every_axis_with_numbers_says_of_what_and_in_which_unit(image, methods, log, gaps, curves, measured):
    labels = []
    for figure in every_figure(image, methods, log, gaps, curves, measured):
        figure.draw_without_rendering()
        for ax in figure.axes:
            for axis, common in ((ax.xaxis, figure.get_supxlabel()), (ax.yaxis, figure.get_supylabel())):
                labels += [axis.get_label_text() or common] if numbered(axis) else []
    assert len(labels) > 25
    assert [label for label in labels if not UNIT.search(label) and not label.startswith(WITHOUT_UNIT + COUNTS)] == []


def test_framework_names_what_the_paper_names():
    text = " ".join(text.get_text() for text in figures.framework().findobj(Text))
    assert all(symbol in text for symbol in ("$X$", "$Y$", "$Y'$", "$W$", "$W = 1$"))


def test_map_panels_show_the_part_of_the_whole_images_maps(image):
    top, left, height, width = 10, 20, 90, 100
    shown = [
        ax.get_images()[0].get_array() for ax in figures.map_panels(image, "1/5", (10, 20, 90, 100), (50, 60)).axes
    ]
    part = np.s_[:, top : top + height, left : left + width]
    assert np.array_equal(shown[0].transpose(2, 0, 1), image[part])
    assert np.array_equal(shown[1], image[1, 48:53, 58:63])
    assert np.array_equal(shown[3].transpose(2, 0, 1), selection_mask(image, "1/5")[part])
    strength = weight_map(image)[part].abs().numpy()
    visible = (shown[2] < 1).transpose(2, 0, 1)
    assert visible.mean() > 0.99
    assert np.corrcoef(shown[2].transpose(2, 0, 1)[visible], strength[visible])[0, 1] == pytest.approx(1)


def test_map_panels_label_the_neighbours_of_eq_4(image):
    texts = [text.get_text() for text in figures.map_panels(image, "1/5", (10, 20, 90, 100), (50, 60)).axes[1].texts]
    green = image[1]
    expected = {"c": green[50, 60], "u": green[49, 60], "d": green[51, 60], "l": green[50, 59], "r": green[50, 61]}
    assert sorted(texts) == sorted(f"$p_{name}$\n{value}" for name, value in expected.items())


def test_map_histogram_counts_every_element_once(image):
    figure = figures.map_histogram(image, "1/5")
    weights = weight_map(image)
    mu, sigma = map_statistics(image)
    for ax in figure.axes:
        counts, places, _ = next(patch for patch in ax.patches if patch.get_label() == "weights").get_data()
        levels = (places[:-1] + places[1:]) / 2
        assert counts.sum() == weights.numel()
        assert counts.max() == (weights == levels[counts.argmax()]).sum()
        # the band: what lies inside it is what Eq 7 leaves out
        band = next(patch for patch in ax.patches if patch.get_label().startswith("not selected"))
        edges = np.array([band.get_x(), band.get_x() + band.get_width()])
        np.testing.assert_allclose(edges, [mu - sigma / 5, mu + sigma / 5], atol=1e-9)
        inside = counts[(levels >= edges[0]) & (levels <= edges[1])].sum()
        assert 1 - inside / weights.numel() == pytest.approx(selected_fraction(image, "1/5"), abs=1e-9)
        for line in ax.lines:  # both curves are densities of the elements
            assert np.trapezoid(line.get_ydata(), line.get_xdata()) == pytest.approx(weights.numel(), rel=0.1)


def test_selected_fractions_shows_table1_and_both_distributions():
    shares = pd.DataFrame({"a": [0.6, 0.5], "b": [0.8, 0.6]}, index=["1/5", "1/3"])
    lines = {line.get_label(): line.get_ydata() for line in figures.selected_fractions(shares).axes[0].lines}
    np.testing.assert_allclose(lines["photographs, mean"], [70, 55])
    np.testing.assert_allclose(lines["the paper's Table I"], [63.07, 48.32])
    np.testing.assert_allclose(lines["Gaussian"], [84.1, 73.9], atol=0.05)
    np.testing.assert_allclose(lines["Laplacian"], [75.4, 62.4], atol=0.05)


@pytest.mark.parametrize("centred", [False, True])
def test_spectra_share_one_colour_scale(methods, centred):
    *panels, scale = figures.spectra(methods, centred).axes
    shown = {ax.get_title(loc="left"): ax.get_images()[0] for ax in panels}
    assert list(shown) == list(methods)
    assert len({picture.get_clim() for picture in shown.values()}) == 1
    for name, picture in shown.items():
        np.testing.assert_allclose(picture.get_array(), spectrum(methods[name], centred))
    assert "magnitude" in scale.get_xlabel()


def test_radial_profiles_are_relative_to_the_truth(methods):
    profiles = {name: radial_profile(image) for name, image in methods.items()}
    absolute, relative = figures.radial_profiles(profiles, "ground truth").axes
    for above, below in zip(absolute.lines, relative.lines, strict=True):
        name = above.get_label()
        if name not in profiles:
            continue  # the line at a quarter of a cycle
        np.testing.assert_allclose(above.get_ydata(), profiles[name][1])
        ratio = profiles[name][1] / profiles["ground truth"][1]
        np.testing.assert_allclose(10 ** (below.get_ydata() / 10), ratio)


def test_spectra_differences_are_to_the_truth_and_leave_it_out(methods):
    *panels, _ = figures.spectra_differences(methods, "ground truth").axes
    assert [ax.get_title(loc="left") for ax in panels] == ["bicubic", "network"]
    pictures = [ax.get_images()[0] for ax in panels]
    assert {picture.get_clim() for picture in pictures} == {(-1.5, 1.5)}
    gap = (spectrum(methods["bicubic"], True) - spectrum(methods["ground truth"], True)).numpy()
    assert pictures[0].get_array()[50, 60] == pytest.approx(gap[48:53, 58:63].mean())


@pytest.fixture
def measured():
    """Curves of two methods over four frequencies, as records hold them."""
    kinds = {"power": -0.5, "error": -0.3, "correlation": 0.6}
    flat = {kind: {"mean": [value] * 4, "sd": [0.1] * 4} for kind, value in kinds.items()}
    return {"bicubic": flat, "WDSR": flat}


def test_agreement_shows_means_in_decibels_with_students_interval(measured):
    power, error, correlation = figures.agreement(measured, images=100).axes
    for ax, level, scale in ((power, -5, 10), (error, -3, 10), (correlation, 0.6, 1)):
        line = next(line for line in ax.lines if line.get_label() == "WDSR")
        np.testing.assert_allclose(line.get_xdata(), [0.125, 0.25, 0.375, 0.5])
        np.testing.assert_allclose(line.get_ydata(), level)
        band = ax.collections[1].get_paths()[0].vertices[:, 1]
        np.testing.assert_allclose(
            [band.min(), band.max()], [level - 0.01984 * scale, level + 0.01984 * scale], atol=1e-3
        )


def test_bytes_and_detail_has_a_point_a_method_and_a_line_through_the_alphas():
    figure = figures.bytes_and_detail(DETAIL)
    for ax, column in zip(figure.axes, ("recovered", "psnr"), strict=True):
        through, *points = ax.lines
        np.testing.assert_allclose(np.concatenate([point.get_xydata() for point in points]), DETAIL[["bytes", column]])
        assert [point.get_color() for point in points] == [look(name).colour for name in DETAIL.index]
        np.testing.assert_allclose(through.get_xydata(), DETAIL.loc[["WDSR", "1/5", "1/3"], ["bytes", column]])
        assert {text.get_text() for text in ax.texts} == {"WDSR", "$\\alpha$ = 1/3"}
    (legend,) = figure.legends
    others = {"Bicubic", "SRCNN", "$\\alpha$ = 1/5, random", "$\\alpha$ = 1/5, complement"}
    assert {text.get_text() for text in legend.get_texts()} == others


def test_curve_draws_the_log(log):
    drawn, smooth = figures.curve(log).axes[0].lines
    assert np.array_equal(drawn.get_xydata(), log[["step", "loss"]])
    assert np.all(np.diff(smooth.get_ydata()[5:-5]) < 0)


def test_curve_of_a_single_update():
    figures.curve(pd.DataFrame({"step": [1], "loss": [0.1]})).draw_without_rendering()


@pytest.mark.parametrize("columns", [2, 3, 4])
def test_side_by_side_shows_every_picture_pixel_by_pixel(methods, columns):
    figure = figures.side_by_side(methods | {"grey": methods["bicubic"][:1]}, columns)
    drawn = [ax for ax in figure.axes if ax.get_images()]
    assert [ax.get_title(loc="left") for ax in drawn] == [*methods, "grey"]
    for ax, image in zip(drawn[:3], methods.values(), strict=True):
        assert np.array_equal(ax.get_images()[0].get_array().transpose(2, 0, 1), image)
        assert ax.get_images()[0].get_interpolation() == "nearest"
    assert np.array_equal(drawn[3].get_images()[0].get_array()[..., 1], methods["bicubic"][0])
    assert len({ax.get_subplotspec().colspan.start for ax in drawn}) == columns


def test_three_panels_take_two_lines():
    names = ["one", "two", "three"]
    gained = dict(zip(names, [next(iter(gain_tables().values()))] * 3, strict=True))
    assert [ax.get_title("left") for ax in figures.gains(gained).axes] == names


def test_recognised_shows_every_row_against_bytes_detail_and_psnr():
    figure = figures.recognised({"CIFAR-10": RECOGNISED, "CIFAR-100": RECOGNISED.iloc[:2]})
    panels = np.array(figure.axes).reshape(3, 2)
    for across, line in zip(("bytes", "recovered", "psnr"), panels, strict=True):
        for ax, table in zip(line, (RECOGNISED, RECOGNISED.iloc[:2]), strict=True):
            ceiling = table["accuracy"][table[across].isna()].tolist()
            points = [tuple(point.get_xydata()[0]) for point in ax.get_lines() if point.get_linestyle() == "None"]
            np.testing.assert_equal(points, list(zip(table[across], table["accuracy"], strict=True)))
            assert [each.get_ydata()[0] for each in ax.get_lines() if each.get_linestyle() == ":"] == ceiling
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Truth", "$\\alpha$ = 1/7 to 1/3"]


def test_learning_curves_are_the_means_of_the_seeds(curves):
    figure = figures.learning_curves(curves, "psnr", "PSNR (dB)")
    lines = {line.get_label(): line.get_ydata() for line in figure.axes[0].get_lines()}
    assert list(lines) == ["SRCNN", "WDSR", "1/5", "1/5, random elements"]
    assert lines["WDSR"][-1] == pytest.approx(31.05 - 0.25)
    assert figure.axes[1].get_xlim() == (50, 100)


def test_differences_show_every_interval_and_mark_those_without_zero(gaps):
    figure = figures.differences(gaps, "difference (dB)")
    panel = figure.axes[0]
    intervals = panel.get_lines()[:-1:2]
    assert [tuple(line.get_xdata()) for line in intervals] == list(
        zip(gaps["set5"]["low"], gaps["set5"]["high"], strict=True)
    )
    markers = panel.get_lines()[1:-1:2]
    for drawn in (intervals, markers):
        assert [line.get_color() for line in drawn] == [look(row).colour for row in gaps["set5"].index]
    clear = [True, False, True, True, False]
    assert [marker.get_markerfacecolor() != "white" for marker in markers] == clear


def lab(colour):
    return rgb2lab(np.array([[to_rgb(colour)]]))[0, 0]


def gain_tables():
    table = pd.DataFrame({"mean": [0.5, -1.0], "low": [0.1, -3.0], "high": [0.9, 1.0]}, index=["Bicubic", "1/5"])
    table = table.assign(sign=[1, 0], paper=[np.nan, 0.43])
    return {"CIFAR-100, minus WDSR": table.iloc[1:], "CIFAR-10, minus WDSR": table}


def test_a_line_of_gains_has_the_rows_of_its_own_panels_alone():
    one, both = gain_tables().values()
    *_, odd = figures.gains({"first": both, "second": one, "third": one}).axes
    assert [label.get_text() for label in odd.get_yticklabels()] == ["$\\alpha$ = 1/5"]


def test_gains_show_ours_with_intervals_and_the_papers_points():
    """Rows stand in the paper's order, whichever panel has them."""
    figure = figures.gains(gain_tables())
    lacking, whole = figure.axes
    assert [label.get_text() for label in lacking.get_yticklabels()] == ["Bicubic", "$\\alpha$ = 1/5"]
    bars, points = whole.get_lines()[:4:2], whole.get_lines()[1:4:2]
    assert [list(bar.get_xdata()) for bar in bars] == [[0.1, 0.9], [-3.0, 1.0]]
    assert [point.get_xdata()[0] for point in points] == [0.5, -1.0]
    assert [point.get_markerfacecolor() for point in points] == [look("Bicubic").colour, "white"]  # filled without zero
    *_, paper_points, _ = lacking.get_lines()
    np.testing.assert_array_equal(paper_points.get_xdata(), [np.nan, 0.43])
