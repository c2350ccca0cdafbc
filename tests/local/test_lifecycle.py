"""Stacks come up, keep their identity, and leave nothing running behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import psutil
import pytest

from scripts.local.layout import ROOT
from scripts.stack_environment import read_environment

pytestmark = pytest.mark.exclusive  # a second stack beside the tests' own is enough for a small machine

Command = Callable[[str], subprocess.CompletedProcess[str]]


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """Runs a command of a stack of this test's own."""

    def run(name: str) -> subprocess.CompletedProcess[str]:
        base = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME")}
        env = {**base, "LOCAL_DIR": str(tmp_path / "stack"), "CRONS": "off"}
        line = [sys.executable, "-m", "scripts.local", name]
        return subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    yield run
    run("reset")


def settings(tmp_path: Path) -> dict[str, str]:
    return read_environment(tmp_path / "stack" / "env")


def processes(tmp_path: Path) -> list[psutil.Process]:
    """The stack's own process and all below it."""
    leader = psutil.Process(int((tmp_path / "stack" / "lock").read_text()))
    return [leader, *leader.children(recursive=True)]


def listening_addresses(processes: list[psutil.Process]) -> set[str]:
    connections = [connection for process in processes for connection in process.net_connections("inet")]
    return {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}


def remaining(processes: list[psutil.Process], seconds: float = 0) -> list[psutil.Process]:
    _, alive = psutil.wait_procs([p for p in processes if p.is_running()], timeout=seconds)
    return [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def test_it_is_ready_soon_ends_completely_and_stays_itself(command: Command, tmp_path: Path) -> None:
    start = time.monotonic()
    up = command("up")
    assert up.returncode == 0, up.stderr
    assert time.monotonic() - start < 20
    before, running = settings(tmp_path), processes(tmp_path)
    assert httpx.get(before["API_URL"] + "/api/health").status_code == 200
    assert listening_addresses(running) == {"127.0.0.1"}
    assert command("down").returncode == 0
    assert remaining(running) == []
    command("up")
    assert settings(tmp_path) == before


def test_it_shares_nothing_with_another_stack(command: Command, tmp_path: Path, env: Mapping[str, str]) -> None:
    assert command("up").returncode == 0
    own = settings(tmp_path)
    telling = {name for name in own if name.endswith(("_URL", "_PORT", "_TOKEN", "PASSWORD")) or "DEMO" in name}
    assert {name for name in telling if own[name] == env[name]} == {"DEMO_OWNER_EMAIL"}


def test_nothing_outlives_a_stack_that_was_killed(command: Command, tmp_path: Path) -> None:
    command("up")
    running = processes(tmp_path)
    running[0].send_signal(signal.SIGKILL)
    assert remaining(running, seconds=20) == []


def test_up_says_why_it_is_not_ready(command: Command, tmp_path: Path) -> None:
    (tmp_path / "stack" / "postgres").mkdir(parents=True)
    (tmp_path / "stack" / "postgres" / "PG_VERSION").write_text("16\n")
    refused = command("up")
    assert refused.returncode == 1
    assert "PG_MAJOR=16" in refused.stderr
