"""Move a run's folder out of the way, unless a process is at work in it: python workflow/aside.py FOLDER TARGET."""

import sys
from pathlib import Path

from hfsr.errors import UserError
from hfsr.files import exclusive

folder, target = sys.argv[1:]
try:
    with exclusive(folder):
        Path(folder).rename(target)
except UserError as error:
    sys.exit(f"hfsr: {error}")
