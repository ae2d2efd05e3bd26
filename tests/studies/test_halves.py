from hfsr.studies.halves import Halves


def test_halves_are_kept_with_the_time_that_they_took(tmp_path):
    kept = Halves(tmp_path, {"network": "a"})
    for half in ("digits-even", "digits-odd"):
        kept.add(half, {"accuracy": [0.9]}, seconds=60.0)
    again = Halves(tmp_path, {"network": "a"})
    assert (list(again.measured), again.seconds) == (["digits-even", "digits-odd"], 120.0)
