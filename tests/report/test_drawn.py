import pytest

from hfsr.report import drawn, printed, tables


def test_psnr_is_drawn_of_the_rows_that_lie_near_wdsr():
    panels = drawn.psnr("bench")
    labels = tables.labels("bench")
    far = {"Bicubic", labels["srcnn"], labels["wdsr-a1-5-low"]}
    for table in panels.values():
        assert not far & set(table.index)
        assert "1/5" in table.index
    assert list(panels) == ["Kodak24", "Set14", "BSD100", "camera"]
    confirmed = tables.differences("bench", "kodak24", "psnr_y_border2", study="confirmation")
    assert panels["Kodak24"].loc["1/5", "mean"] == confirmed.loc["wdsr-a1-5", "mean"]
    gap = tables.differences("bench", "bsd100", "psnr_y_border2").loc["wdsr-a1-5", "mean"]
    assert panels["BSD100"].loc["1/5", "mean"] == gap


def test_both_parts_of_the_elements_are_drawn():
    selected, others = drawn.psnr_by_part("bench").values()
    assert (
        selected.loc["1/5", "mean"] > 0 > others.loc["1/5", "mean"]
    )  # what is trained on gains, what is left out loses


def test_bytes_are_bicubics_and_more():
    table = drawn.bytes_and_detail("bench")
    assert table.loc["Bicubic", "bytes"] == 0
    assert (table["bytes"].drop("Bicubic") > 0).all()
    assert "Ground truth" not in table.index
    recovered = tables.scores("bench", "bsd100/recovered", "frequency").loc["wdsr-a1-5"].mean()
    assert table.loc["1/5", "recovered"] == pytest.approx(100 * recovered)


def test_detail_is_in_hundredths():
    panels = drawn.detail("bench")
    columns = ["mean", "low", "high"]
    gap = tables.differences("bench", "bsd100", "recovered", study="frequency").loc["wdsr-a1-5", columns]
    assert panels["recovered (%)"].loc["1/5", columns].tolist() == pytest.approx((100 * gap).tolist())
    assert tables.labels("bench")["wdsr-a1-5-low"] not in panels["recovered (%)"].index


def test_curves_are_of_one_network_a_kind():
    curves, images = drawn.agreement("bench")
    assert images == 100
    assert set(curves["WDSR"]) >= {"power", "error", "correlation"}


def test_what_is_printed_of_random_elements_and_of_detail_is_measured():
    gap = tables.differences("bench", "bsd100", "psnr_y_border2", "wdsr-a1-5-random").loc["wdsr-a1-5", "mean"]
    assert printed.against_random("bench").loc["BSD100", "dB (luma)"].startswith(f"{gap:+.3f} (")
    recovered = tables.scores("bench", "bsd100/recovered", "frequency").mean(axis=1)["wdsr-a1-5"]
    assert printed.detail("bench").loc["1/5", "recovered"].startswith(f"{recovered:.4f} ")
