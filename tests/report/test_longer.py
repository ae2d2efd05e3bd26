"""Pages say how much of the method's lead longer training leaves, and by which intervals."""

import pytest

from hfsr import paths
from hfsr.report import longer


def text(page):
    return " ".join((paths.project() / page).read_text().replace("\n# ", " ").split())


@pytest.mark.parametrize("page", ["README.md", "book/intro.md", "notebooks/superres.py"])
def test_pages_say_how_much_smaller_the_lead_is(page):
    mean, low, high = longer.shrunk("wdsr-a0", "kodak24")[2]
    assert high < 0  # decided
    assert f"{-mean:.3f} dB smaller" in text(page)
    assert f"({-high:.3f}, {-low:.3f})" in text(page)


def test_the_study_says_what_becomes_of_each_lead_on_the_other_sets():
    said = text("notebooks/superres.py")
    mean, low, high = longer.shrunk("wdsr-a1-5-random", "kodak24")[2]
    assert f"on Kodak24 by {-mean:.3f} dB ({-high:.3f}, {-low:.3f})" in said
    for name in ("bsd100", "mcmaster"):
        change = longer.shrunk("wdsr-a0", name)[2]
        assert change.high < 0
        assert change.mean == pytest.approx(-0.025, abs=0.01)
    _, after, _ = longer.shrunk("wdsr-a0", "mcmaster", 0.99)
    assert after.high < 0
    assert f"on McMaster the method is behind by {-after.mean:.3f} dB" in said


def test_the_table_has_both_lengths_and_the_change():
    table = longer.leads("wdsr-a1-5-random")
    assert list(table.index) == ["Kodak24", "McMaster", "BSD100", "Set14"]
    assert table.loc["Kodak24", "100,000 iterations"] == "-0.001 (-0.026, +0.025)"
