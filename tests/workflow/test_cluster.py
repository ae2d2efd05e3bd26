"""The workflow on a real Slurm of four emulated nodes: whole, with a node that dies, with one run on two nodes."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from cluster import cluster, idle, kill_node, missing, slurm, start, wait_for

from hfsr import paths
from hfsr.studies import grid, records, run
from hfsr.studies.records import RECORD, WEIGHTS
from hfsr.studies.superres_run import SuperresRecord
from hfsr.training import hardware
from hfsr.training.loop import CHECKPOINT

pytestmark = pytest.mark.slow

ROOT = paths.project()
UPDATES = 800 if hardware.bf16_units() else 300  # of the run whose node dies: long enough for a checkpoint


@pytest.fixture(scope="module")
def daemons() -> Iterator[Path]:
    """A cluster; a machine that can have none skips, unless HFSR_REQUIRE_SLURM is set."""
    if why := missing():
        (pytest.fail if os.environ.get("HFSR_REQUIRE_SLURM") else pytest.skip)(f"no Slurm: {why}")
    folder = Path(tempfile.mkdtemp(prefix="hfsr-slurm-"))  # a short path: the daemons' sockets lie in it
    with cluster(folder) as logs:
        yield logs
    shutil.rmtree(folder)


def workflow(user: Path, *words: str, **environment: str) -> subprocess.Popen:
    """A user's workflow, in a folder of its own, as `make study PROFILE=slurm` starts it."""
    user.mkdir(exist_ok=True)
    call = [sys.executable, Path(__file__).with_name("polling.py"), "-s", ROOT / "workflow" / "Snakefile"]
    call += ["--directory", user, "--profile", ROOT / "workflow" / "profiles" / "slurm"]
    call += ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"]  # no accounting here
    call += ["--config", "threads=1", *words]
    environment = os.environ | {"HFSR_RUNS": str(user / "runs")} | environment
    with (user / "snakemake.log").open("w") as log:
        return subprocess.Popen(call, cwd=user, env=environment, stdout=log, stderr=subprocess.STDOUT)


def fails(user: Path, target: str, *words: str, **environment: str) -> str:
    """What a workflow says that ends badly."""
    process = workflow(user, *words, "--retries", "0", "--", target, **environment)
    try:
        assert process.wait(180) != 0
    finally:
        process.kill()
    return (user / "snakemake.log").read_text()


def finish(user: Path, process: subprocess.Popen, seconds: float) -> str:
    """What a workflow said, when it has ended well."""
    try:
        process.wait(seconds)
    finally:
        process.kill()
        said = (user / "snakemake.log").read_text()
    assert process.returncode == 0, said
    return said


def test_a_study_runs_on_the_cluster_after_all_that_it_requires(daemons, tmp_path):
    """Networks, upscaled sets, classifiers, table: each job waits for others. All studies are run on one machine elsewhere."""
    user, words = tmp_path / "user", ("study=classify", "recipe=quick", "steps=2", "--", "tables")
    runs = grid.runs("classify", "quick", steps=2)
    said = finish(user, workflow(user, *words), 480)
    assert len(set(re.findall(r"SLURM jobid (\d+)", said, re.IGNORECASE))) >= len(grid.with_required(runs.values()))
    table = pd.read_csv(user / "runs" / "tables" / "classify-quick-2-steps.csv")
    assert table["seeds"].sum() == len(runs)
    jobs = slurm("squeue", "--noheader", "--states=all", "--format=%Z|%l").splitlines()
    asked = {line.removeprefix(f"{user}|") for line in jobs if line.startswith(f"{user}|")}
    assert asked, "Slurm remembers none of the jobs"
    assert "1-00:00:00" not in asked, "asked for the limit, not for what it takes"
    assert "Nothing to be done" in finish(user, workflow(user, *words), 60)


def test_a_run_whose_node_dies_goes_on_elsewhere_and_another_users_is_not_disturbed(daemons, tmp_path):
    name = f"superres/wdsr-a0-quick-s0-{UPDATES}-steps"
    users = [tmp_path / name for name in ("first", "second")]
    folders = [user / "runs" / name for user in users]
    words = ("study=superres", "recipe=quick", f"steps={UPDATES}")
    begun = [workflow(user, *words, "--", str(folder / RECORD)) for user, folder in zip(users, folders, strict=True)]
    wait_for((folders[0] / CHECKPOINT).exists, 300, "the run has a checkpoint")
    (node,) = [place for place, where in (line.split("|") for line in squeue("%N|%Z")) if where == str(users[0])]
    kill_node(node, daemons)
    try:
        for user, process in zip(users, begun, strict=True):
            finish(user, process, 600)
    finally:
        start(node)
    log = run.log(folders[0])
    assert json.loads((folders[0] / RECORD).read_text())["steps"] == UPDATES == log["step"].iloc[-1]
    assert began(users[0], name) > 0, "begun anew instead of going on from its checkpoint"
    weights = [(folder / WEIGHTS).read_bytes() for folder in folders]
    assert weights[0] == weights[1]
    assert began(users[1], name) == 0, "another user's run was begun again"
    first, second = (records.read(folder / RECORD, SuperresRecord) for folder in folders)
    assert first.metrics == second.metrics
    assert re.search(f"requeue.*{node}|{node}.*not responding", (daemons / "slurmctld.log").read_text())
    wait_for(idle, 60, "all nodes are idle again")


def began(user: Path, name: str) -> int:
    """The iteration from which the last attempt at a run went on: Snakemake keeps the last one's log.

    Where reading the pictures takes seconds, a bar of that comes before the training's, which bears the run's name.
    """
    log = (user / "runs" / "logs" / f"{name}.log").read_text()
    return int(re.search(rf"{re.escape(Path(name).name)}: .*?(\d+)/\d+ \[", log)[1])


def squeue(form: str) -> list[str]:
    return slurm("squeue", "--noheader", "--states=RUNNING", f"--format={form}").splitlines()


def test_one_model_is_trained_on_two_nodes(daemons, tmp_path):
    words = ["train", "--alpha", "1/5", "--recipe", "quick", "--steps", "2"]
    environment = os.environ | {"HFSR_RUNS": str(tmp_path), "HFSR_PYTHON": sys.executable}
    call = ["sbatch", "--wait", "--nodes=2", f"--output={tmp_path / 'log'}", "workflow/nodes.sbatch"]
    ended = subprocess.run([*call, *words, "--out", tmp_path / "two"], cwd=ROOT, env=environment, timeout=240)
    assert ended.returncode == 0, (tmp_path / "log").read_text()
    subprocess.run([sys.executable, "-m", "hfsr.cli", *words, "--out", tmp_path / "one"], check=True, env=environment)
    one, two = (records.read(tmp_path / name / RECORD, SuperresRecord) for name in ("one", "two"))
    assert (one.processes, two.processes) == (1, 2)
    losses = [run.log(tmp_path / name)["loss"].to_list() for name in ("one", "two")]
    assert losses[0] == pytest.approx(losses[1], rel=2e-2)  # bf16
    shares = [record.metrics["train/selected_fraction"] for record in (one, two)]
    assert shares[0] == pytest.approx(shares[1], rel=1e-6)


def test_a_partition_that_is_not_there_is_named(daemons, tmp_path):
    words = ("--default-resources", "slurm_partition=nowhere")
    said = fails(tmp_path / "user", "tables", "study=superres", "recipe=quick", "steps=2", *words)
    assert re.search(r"invalid partition.*nowhere|nowhere.*partition", said, re.IGNORECASE), said


def test_data_that_a_node_does_not_see_is_named(daemons, tmp_path):
    record = tmp_path / "user" / "runs" / "superres" / "wdsr-a0-bench-s0-2-steps" / RECORD
    words = ("study=superres", "recipe=bench", "steps=2")
    said = fails(tmp_path / "user", str(record), *words, HFSR_DATA="/nowhere")
    assert re.search(r"^hfsr: .*t91.*/nowhere", said, re.MULTILINE), said
    assert not record.exists()


def test_a_job_past_its_time_limit_goes_on_from_its_checkpoint(daemons, tmp_path):
    user, iterations = tmp_path / "user", 3000  # more than a minute's, fewer than those of all tries
    record = user / "runs" / "superres" / f"wdsr-a0-quick-s0-{iterations}-steps" / RECORD
    words = ("study=superres", "recipe=quick", f"steps={iterations}", "limit=1", "--", str(record))
    finish(user, workflow(user, *words), 600)
    states = slurm("squeue", "--noheader", "--states=all", "--format=%T|%Z")
    assert f"TIMEOUT|{user}" in states.splitlines()
    assert began(user, f"superres/{record.parent.name}") > 0, "begun anew instead of going on from its checkpoint"
