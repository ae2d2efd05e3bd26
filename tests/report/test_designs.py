from hfsr.report import designs
from hfsr.studies import grid


def test_every_design_says_how_many_of_its_runs_there_are():
    table = designs.table()
    assert list(table.index) == list(designs.DESIGNS)
    for name, (study, names, _) in designs.DESIGNS.items():
        said, commands = table.loc[name, "runs published"].split(", "), table.loc[name, "make the rest"]
        for recipe, words in zip(names, said, strict=True):
            there, planned = map(int, words.removeprefix(f"{recipe} ").split(" of "))
            assert planned == len(grid.runs(study, recipe))
            assert 0 <= there <= planned
            asked = f"make study STUDY={study} RECIPE={recipe}" in commands.split("; ")
            assert asked == (there < planned)


def test_what_is_published_counts(monkeypatch):
    monkeypatch.setattr(designs.published, "is_fresh", lambda kind, name: name.endswith("-s0"))
    there, _ = designs.progress("classify", "bench")
    assert there == sum(run.name.endswith("-s0") for run in grid.runs("classify", "bench").values())
