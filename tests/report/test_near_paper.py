from hfsr.report import accuracies, near_paper


def test_the_panels_subtract_what_their_titles_say():
    panels = near_paper.gains()
    assert list(panels) == [
        "CIFAR-10, minus Original",
        "CIFAR-100, minus Original",
        "CIFAR-10, minus WDSR",
        "CIFAR-100, minus WDSR",
        "CIFAR-10, four times, minus WDSR",
    ]
    for title, table in panels.items():
        assert title.rpartition("minus ")[2] not in table.index
    mean = accuracies.summary("compact", "cifar10")["mean"]
    gap = panels["CIFAR-10, minus Original"].loc["Bicubic", "mean"]
    assert abs(gap - (mean["Bicubic"] - mean["Original"])) < 1e-9  # of the same five seeds


def test_a_table_a_set_and_compute_with_records():
    tables = near_paper.tables()
    assert {"CIFAR-10, equal compute", "CIFAR-100, equal compute"} <= set(tables)
    mean = accuracies.summary("compact", "cifar10")["mean"]
    assert tables["CIFAR-10, equal compute"]["accuracy (%)"].to_dict() == {
        row: f"{each:.2f}" for row, each in mean.items()
    }
