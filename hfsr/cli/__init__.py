"""The command line: reads the arguments, calls the library, prints what it says."""


def main() -> None:
    """Entry point: a user's mistake is one line on standard error and exit code 2, an interruption 130."""
    import sys

    from hfsr.cli.console import in_one_line
    from hfsr.cli.verbs import app

    with in_one_line():
        sys.exit(app(prog_name="hfsr", standalone_mode=False) or 0)  # alone Typer would say a mistake in four lines
