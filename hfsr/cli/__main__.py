"""``python -m hfsr.cli`` is `hfsr`: for launchers that start a module."""

from hfsr.cli import main

main()
