"""Pages say how much of the method's lead longer training leaves, and by which intervals."""

import pytest

from hfsr import paths
from hfsr.report import longer, tables


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


def test_all_seeds_lie_behind_in_the_end():
    said = text("notebooks/superres.py")
    after = {name: longer.shrunk("wdsr-a0", name)[1] for name in ("kodak24", "bsd100", "mcmaster")}
    for name in after:
        study = "superres" if name == "bsd100" else "confirmation"
        gaps = tables.gaps("long", name, "psnr_rgb_border8", "wdsr-a1-5", "wdsr-a0", study)
        assert len(gaps) == 3
        assert all(gap.mean() < 0 for gap in gaps.values())
    first, second, third = (f"{-each.mean:.3f}" for each in after.values())
    assert f"All three seeds then lie behind on each of the three sets, by {first}, {second} and {third} dB" in said
    assert "by the 95 % ones of the table above BSD100 and McMaster are behind" in said
    assert [name for name, each in after.items() if each.high < 0] == ["bsd100", "mcmaster"]
    for page in ("README.md", "book/intro.md"):
        assert "all three seeds lie behind" in text(page)
    assert "smaller on Kodak24, BSD100 and McMaster, and gone: all three networks lie behind there" in text(
        "book/claims.md"
    )


def test_set14_is_another_matter():
    gaps = tables.gaps("long", "set14", "psnr_rgb_border8", "wdsr-a1-5", "wdsr-a0", "superres")
    assert len(gaps) == 3
    assert all(gap.mean() > 0 for gap in gaps.values())
    _, after, change = longer.shrunk("wdsr-a0", "set14")
    assert after.low < 0 < after.high
    assert change.low < 0 < change.high
    said = f"On Set14 all three stay ahead, by {after.mean:.3f} dB, undecided like the change"
    assert said in text("notebooks/superres.py")
    assert "On Set14 all three stay ahead, by half a hundredth" in text("book/claims.md")
    assert after.mean == pytest.approx(0.005, abs=0.0015)


def test_that_the_lead_over_random_elements_shrinks_is_decided_on_bsd100_alone():
    assert [name for name in longer.SETS if longer.shrunk("wdsr-a1-5-random", name)[2].high < 0] == ["bsd100"]
    assert "only on BSD100 is that decided" in text("notebooks/superres.py")
    assert "which is decided on BSD100 alone" in text("book/claims.md")


def test_the_table_has_both_lengths_and_the_change():
    table = longer.leads("wdsr-a1-5-random")
    assert list(table.index) == ["Kodak24", "McMaster", "BSD100", "Set14"]
    assert table.loc["Kodak24", "100,000 iterations"] == "-0.001 (-0.026, +0.025)"
