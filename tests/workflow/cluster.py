"""A real Slurm on this machine: a controller and four emulated nodes, on loopback, started and stopped by the tests."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NODES = ("n1", "n2", "n3", "n4")
CONFIG = Path("/etc/slurm/slurm.conf")  # Snakemake's plugin drops SLURM_CONF, so only the default place is found
GPUS = CONFIG.parent / "gres.conf"
SETTINGS = """\
ClusterName=hfsr-tests
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
MpiDefault=none
ReturnToService=2
MinJobAge=300
SlurmdTimeout=10
InactiveLimit=0
KillWait=2
SlurmctldPort=16817
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
StateSaveLocation={folder}/state
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
SlurmdSpoolDir={folder}/%n
GresTypes=gpu
NodeName=n[1-4] NodeHostname=localhost NodeAddr=127.0.0.1 Port=[17001-17004] CPUs=2 RealMemory=64000 Gres=gpu:1 State=UNKNOWN
PartitionName=main Nodes=n[1-4] Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str | None:
    """Why there can be no cluster on this machine; None where there can."""
    programs = [name for name in ("munged", "slurmctld", "slurmd", "sbatch") if not shutil.which(name)]
    if programs:
        return f"no {', '.join(programs)} (Debian: slurm-wlm and munge)"
    if os.geteuid() != 0:
        return "Slurm's daemons need root"
    for file, ours in ((CONFIG, "ClusterName=hfsr-tests"), (GPUS, "NodeName=n[1-4]")):
        if file.exists() and ours not in file.read_text():
            return f"{file} belongs to another cluster"
    return None


def slurm(*words: str) -> str:
    """What a command of Slurm's prints."""
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, f"{words}: {ended.stderr}"
    return ended.stdout


def wait_for(what: Callable[[], object], seconds: float, why: str) -> None:
    """Return when a condition holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"after {seconds} seconds still not: {why}"
        time.sleep(0.5)


def start(node: str) -> None:
    """Start a node's daemon."""
    subprocess.run(["slurmd", "-N", node], check=True)


def idle() -> bool:
    """Whether all nodes wait for work."""
    return slurm("sinfo", "--noheader", "--Node", "--format=%t").split() == ["idle"] * len(NODES)


def kill_node(node: str, folder: Path) -> None:
    """A node dies: its daemon and all that runs on it, at once and without a word."""
    (daemon,) = [int((folder / f"{node}.pid").read_text())]
    victims = [daemon]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
            words = (process / "cmdline").read_bytes()
        except OSError:
            continue
        of_node = f"SLURMD_NODENAME={node}".encode() in environment
        if of_node or (words.startswith(b"slurmstepd") and _spool(process) == node):
            victims.append(int(process.name))
    for victim in victims:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _spool(process: Path) -> str:
    """The folder that a daemon works in bears its node's name."""
    try:
        return (process / "cwd").resolve().name
    except OSError:
        return ""


@contextmanager
def cluster(folder: Path) -> Iterator[Path]:
    """Four idle nodes; yields the folder of their logs."""
    (folder / "state").mkdir(parents=True)
    for node in NODES:
        (folder / node).mkdir()
    CONFIG.parent.mkdir(exist_ok=True)
    CONFIG.write_text(SETTINGS.format(folder=folder))
    GPUS.write_text("NodeName=n[1-4] Name=gpu File=/dev/null\n")  # none that a program could use
    munge = subprocess.run(["munge", "-n"], capture_output=True).returncode == 0
    if not munge:
        Path("/run/munge").mkdir(exist_ok=True)
        shutil.chown("/run/munge", "munge", "munge")
        subprocess.run(["runuser", "-u", "munge", "--", "munged"], check=True)
    try:
        subprocess.run(["slurmctld"], check=True)
        for node in NODES:
            start(node)
        wait_for(lambda: subprocess.run(["sinfo"], capture_output=True).returncode == 0, 30, "slurmctld answers")
        wait_for(idle, 60, "all nodes are idle")
        yield folder
    finally:
        for pid in folder.glob("*.pid"):
            try:
                os.kill(int(pid.read_text()), signal.SIGKILL)
            except (ProcessLookupError, ValueError):
                continue
        CONFIG.unlink(missing_ok=True)
        GPUS.unlink(missing_ok=True)
        if not munge:
            subprocess.run(["pkill", "munged"])
