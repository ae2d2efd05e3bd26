"""Snakemake, as `make study` calls it."""

import os
import subprocess
import sys

from hfsr import paths

ROOT = paths.project()


def call_snakemake(*words: str, **environment: object) -> subprocess.CompletedProcess:
    call = [sys.executable, "-m", "snakemake", "-s", "workflow/Snakefile", "--cores", "2", "--config", *words]
    environment = os.environ | {name: str(value) for name, value in environment.items()}
    return subprocess.run(call, cwd=ROOT, capture_output=True, text=True, env=environment)


def snakemake(*words: str, **environment: object) -> str:
    ended = call_snakemake(*words, **environment)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr
