"""Child processes that end with the stack, however the stack ends."""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.local.layout import ROOT

STOP_SECONDS = 20


@functools.cache
def setpriv() -> str | None:
    """util-linux's setpriv, which every Debian, Ubuntu and Fedora has; BusyBox's namesake is not enough."""
    found = shutil.which("setpriv")
    if found is None or b"--pdeathsig" not in subprocess.run([found, "--help"], capture_output=True).stdout:
        return None
    return found


def tied(command: Sequence[str], last_signal: str = "TERM") -> list[str]:
    """The command, told by the kernel when its parent dies, even by SIGKILL. Elsewhere than on Linux: as it is."""
    path = setpriv()
    return [path, "--pdeathsig", last_signal, *command] if path else list(command)


def as_nobody(command: Sequence[str], last_signal: str = "TERM") -> list[str]:
    """The command as user nobody, for programs that refuse to be root.

    It keeps root's right to pass through folders closed to others, so a checkout under /root works and nothing has to
    be opened up. access(2) would drop that right again (programs look up their own path with it): no_setuid_fixup.
    """
    path = setpriv()
    if path is None:
        raise RuntimeError("Postgres does not run as root. Use another user, or install util-linux (for setpriv).")
    rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    user = ["--reuid=nobody", "--regid=65534", "--clear-groups"]
    return [path, *user, *rights, "--pdeathsig", last_signal, *command]


async def start(
    command: Sequence[str], log: Path, env: Mapping[str, str] = os.environ, pass_fds: Sequence[int] = ()
) -> asyncio.subprocess.Process:
    """Runs the command in a session of its own, so that the terminal's Ctrl-C reaches the stack alone.

    The kernel ties a child to the thread that started it: call this on the main thread only.
    """
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=ROOT,
            pass_fds=pass_fds,
            start_new_session=True,
        )


def alive(process: asyncio.subprocess.Process | None) -> bool:
    return process is not None and process.returncode is None


async def stop(process: asyncio.subprocess.Process, how: signal.Signals = signal.SIGTERM) -> None:
    """Asks the process to end, waits until it has, and insists after a while."""
    if process.returncode is not None:
        return
    process.send_signal(how)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
