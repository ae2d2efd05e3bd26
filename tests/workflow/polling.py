"""Snakemake as its command is, but it asks Slurm every three seconds: its plugin waits ten longer whenever no job has ended."""

import asyncio
import sys

from snakemake.cli import main
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor


async def sleep(executor: RemoteExecutor) -> None:
    await asyncio.sleep(3)


if __name__ == "__main__":
    RemoteExecutor.sleep = sleep
    sys.exit(main())
