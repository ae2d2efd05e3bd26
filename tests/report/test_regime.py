from hfsr.report import regime, tables


def test_every_row_says_how_many_runs_there_are_and_on_what():
    lines = regime.trained("bench")
    published = tables.published("bench")
    for row, label in tables.labels("bench").items():
        count = len(published.get(row, []))
        assert any(line.split("  ")[1] == label and f" {count} run" in line for line in lines if "  " in line), label
    devices = {record.device for records in published.values() for record in records if record.steps}
    assert lines[lines.index("trained on") + 1 :] == [f"  {device}" for device in sorted(devices)]


def test_only_a_row_that_was_trained_for_longer_says_so():
    longer = [line.split()[0] for line in regime.trained("bench")[2:] if line.endswith("iterations")]
    assert longer == ["SRCNN"]
