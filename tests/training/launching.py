"""Scripts run by one process, or by two that train together."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

TWO = ("-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2")


def launch(script: str, folder: Path, out: Path, *launcher: str) -> subprocess.CompletedProcess:
    """Run a script, in which {data!r} stands for a folder of pictures and {out!r} for where to write."""
    path = out.parent / f"{out.name}.py"
    path.write_text(textwrap.dedent(script).format(data=str(folder), out=str(out)))
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run([sys.executable, *launcher, path], capture_output=True, text=True, env=environment)
