import pandas as pd
import pytest

from hfsr.report import literature, restorations, tables


def test_gaps_are_those_of_each_part_by_label():
    """Recomputed from the records: paired by seed, mean over the seeds that both rows have."""
    found = restorations.gaps("denoise")
    for title, part in {"selected elements": "selected", "other elements": "others"}.items():
        scores = tables.scores("denoise", f"kodak24/psnr_rgb_border8_{part}", "restore")
        paired = (scores.loc["wdsr-a1-5"] - scores.loc["wdsr-a0"]).dropna()
        assert found[title].loc["1/5", "mean"] == pytest.approx(paired.mean())
        assert "WDSR" not in found[title].index
    assert restorations.gaps("quick") == {}


def test_denoisers_stand_below_our_rows():
    table = restorations.denoisers()
    assert list(table.index[-3:]) == list(literature.denoisers().index)
    assert list(table) == ["Kodak24", "McMaster"]
    pd.testing.assert_series_equal(table["Kodak24"].iloc[:-3], restorations.table("denoise")["PSNR"], check_names=False)


@pytest.mark.parametrize("name", ["kodak24", "mcmaster"])
def test_plain_training_comes_near_a_published_network(name):
    """So what a part of the elements costs is not hidden by a network that cannot denoise."""
    ours = tables.scores("denoise", f"{name}/psnr_rgb_border8", "restore").loc["wdsr-a0"].mean()
    assert ours > literature.denoisers().loc["CDnCNN", name] - 0.2
