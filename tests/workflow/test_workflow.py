import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from calls import ROOT, call_snakemake, snakemake

from hfsr import images, paths
from hfsr.data import photographs
from hfsr.data.div2k import NUMBERS, layout
from hfsr.files import read_json
from hfsr.studies import grid, recipes, superres
from hfsr.studies.records import RECORD
from hfsr.studies.rows import Row
from hfsr.studies.superres_run import SuperresRun

pytestmark = pytest.mark.whole  # each starts Snakemake


@pytest.fixture
def div2k(tmp_path):
    """Lay out a data root as DIV2K: 900 squares of a given side, which are five photographs under many names."""

    def lay_out(side: int) -> Path:
        root = tmp_path / "data"
        for index, picture in enumerate(photographs.load("embedded").hr):
            hr = picture[:, :side, :side].contiguous()
            for image, kind in ((hr, "hr"), (images.resize_bicubic(hr, 0.5), "lr")):
                images.write(root / f"{index}-{kind}.png", image)
        for part in ("train", "valid"):
            for (folder, names), kind in zip(layout(part).items(), ("hr", "lr"), strict=True):
                (root / folder).mkdir(parents=True)
                for place, name in enumerate(names):
                    os.link(root / f"{place % 5}-{kind}.png", root / folder / name)
        return root

    return lay_out


def test_the_workflow_has_a_job_for_every_run_and_goes_on_where_it_was_stopped(tmp_path):
    """A dry run: what Snakemake would do, with one run finished already."""
    done = tmp_path / "superres" / "wdsr-a1-5-long-s0" / RECORD
    done.parent.mkdir(parents=True)
    shutil.copy(paths.results() / "superres" / "wdsr-a1-5-long.json", done)
    text = snakemake("recipe=long", "--dry-run", "--printshellcmds", HFSR_RUNS=tmp_path, HFSR_DATA="/nowhere")
    assert "train --method wdsr --alpha 0 --recipe long --seed 0" in text
    assert "train --method wdsr --alpha 1/5 --recipe long --seed 1" in text
    assert "train --method wdsr --alpha 1/5 --recipe long --seed 0" not in text


def test_the_workflow_trains_and_measures(tmp_path):
    """A dry run of what is published nowhere, and of what is."""
    text = snakemake("study=frequency", "recipe=paper", "--dry-run", HFSR_RUNS=tmp_path)
    assert "superres/wdsr-a0-paper-s0/record.json" in text
    assert "frequency/wdsr-a0-paper-s0/record.json" in text
    assert "frequency/truth-paper/record.json" in text
    text = snakemake("study=frequency", "recipe=long", "--dry-run", HFSR_RUNS=tmp_path)
    assert "superres/wdsr-a0-long-s0/record.json" not in text
    assert "frequency/wdsr-a0-long-s0/record.json" in text


def test_an_unknown_profile_is_refused_in_a_line():
    ended = subprocess.run(["make", "study", "PROFILE=nope"], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[0] == "hfsr: no profile is called 'nope': choose one of local, slurm"


def test_the_partitions_limit_reaches_the_jobs(tmp_path):
    words = ("study", "RECIPE=paper", "LIMIT=480", "SNAKEMAKE=--dry-run")
    environment = os.environ | {"HFSR_RUNS": str(tmp_path)}
    ended = subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert set(re.findall(r"runtime=(\d+)", ended.stdout + ended.stderr)) >= {"480"}
    assert max(map(int, re.findall(r"runtime=(\d+)", ended.stdout + ended.stderr))) == 480


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("recipe=nope",),
            "no recipe is called 'nope': choose one of quick, bench, paper, authors, public, long, flagship, finetuned, "
            "lossless",
        ),
        (("steps=x",), "STEPS=x: a number of iterations, such as 100"),
        (("study=nope",), "no study is called 'nope': choose one of superres, classify, frequency"),
    ],
)
def test_what_there_is_not_is_refused_in_a_line(words, said):
    ended = call_snakemake(*words, "--dry-run")
    assert ended.returncode == 2
    (line,) = (ended.stdout + ended.stderr).splitlines()[1:]  # after Snakemake's own on its profile
    assert line.startswith(f"hfsr: {said}")


def test_a_file_that_no_job_makes_is_named():
    ended = call_snakemake("recipe=quick", "--", "superres/wdsr-a1-9/record.json")
    assert ended.returncode == 1
    assert "No rule to produce superres/wdsr-a1-9/record.json" in ended.stderr


@pytest.mark.parametrize(
    ("recipe", "side", "steps"), [("paper", 128, 2), pytest.param("authors", 256, 1, marks=pytest.mark.slow)]
)
def test_one_row_of_the_papers_study_is_one_command(div2k, tmp_path, monkeypatch, recipe, side, steps):
    monkeypatch.setitem(NUMBERS, "valid", range(801, 803))  # two are enough to be measured
    monkeypatch.setenv("HFSR_DATA", str(div2k(side)))
    monkeypatch.setenv("HFSR_RUNS", str(tmp_path))
    folder = superres.train(SuperresRun(Row("wdsr", "1/5"), recipes.superres(recipe), steps=steps))
    record = read_json(folder / RECORD)
    assert record["data"]["images"] == 800
    assert len(record["per_image"]["div2k-valid"]["psnr_rgb_border8"]) == 2
    assert folder.name == f"wdsr-a1-5-{recipe}-s0-{steps}-steps"
    words = f"hfsr train --method wdsr --alpha 1/5 --recipe {recipe} --seed 0 --steps {steps}"
    assert record["command"] == words


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "side"), [("paper", 128), ("authors", 256)])
def test_all_of_table_1_is_one_command(div2k, tmp_path, recipe, side):
    snakemake(f"recipe={recipe}", "steps=1", HFSR_DATA=div2k(side), HFSR_RUNS=tmp_path)
    names = list(grid.runs("superres", recipe, steps=1))
    assert len(names) == 8
    for name in names:
        assert json.loads((tmp_path / "superres" / name / RECORD).read_text())["metrics"]
