"""The stack's commands: `python -m scripts.local dev|up|down|reset|status`."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from scripts.local.layout import ROOT, Layout
from scripts.local.readiness import NotReadyError
from scripts.stack_environment import read_environment

if TYPE_CHECKING:
    from scripts.local.stack import Stack

DOWN_SECONDS = 60


def main(command: str) -> int:
    layout = Layout.from_environment()
    commands = {"dev": dev, "up": up, "down": down, "reset": reset, "serve": serve, "status": status}
    return commands[command](layout)


def dev(layout: Layout) -> int:
    """Runs the stack in this terminal until Ctrl-C."""
    return run(layout, any_key=True, announce=lambda env: print(summary(env) + "\nCtrl-C stops all of it.", flush=True))


def up(layout: Layout) -> int:
    """Starts the stack and returns when it is ready."""
    if running_pid(layout) is not None:
        print(f"The stack in {layout.folder} is up already.")
        return 0
    layout.create()
    readable, writable = os.pipe()
    with layout.log("stack").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.local", "serve"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT, start_new_session=True, pass_fds=[writable],
            env={**os.environ, "READY_FD": str(writable)},
        )  # fmt: skip
    os.close(writable)
    with os.fdopen(readable) as reports:
        report = reports.read()  # ends when the stack has reported, or ended without a report
    if report != "ready":
        process.wait()
        print(report or f"The stack did not start: see {layout.log('stack')}", file=sys.stderr)
        return 1
    print(summary(read_environment(layout.environment)))
    return 0


def serve(layout: Layout) -> int:
    """What `up` leaves running; tells it through READY_FD how the start went."""
    descriptor = int(os.environ.pop("READY_FD"))
    os.set_inheritable(descriptor, False)
    with os.fdopen(descriptor, "w") as report:

        def tell(text: str) -> None:
            report.write(text)
            report.close()

        return run(layout, announce=lambda env: tell("ready"), complain=tell)


def down(layout: Layout) -> int:
    """Stops the stack that `up` or `dev` started, and returns when it has gone."""
    pid = running_pid(layout)
    if pid is None:
        print(f"No stack is up in {layout.folder}.")
        return 0
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + DOWN_SECONDS
    while running_pid(layout) is not None:
        if time.monotonic() > end:
            print(f"The stack (process {pid}) does not stop: see {layout.log('stack')}", file=sys.stderr)
            return 1
        time.sleep(0.05)
    return 0


def status(layout: Layout) -> int:
    """0 while a stack is up."""
    return 0 if running_pid(layout) is not None else 1


def reset(layout: Layout) -> int:
    """Stops the stack and forgets all of its state."""
    status = down(layout)
    if status == 0:
        shutil.rmtree(layout.folder, ignore_errors=True)
    return status


def run(
    layout: Layout,
    *,
    announce: Callable[[Mapping[str, str]], None],
    complain: Callable[[str], None] = lambda text: print(text, file=sys.stderr),
    any_key: bool = False,
) -> int:
    """Holds the lock and runs the stack until a signal ends it."""
    from scripts.local.stack import Options, Stack  # a second of imports that `down` does without

    try:
        lock(layout)
        stack = Stack(layout, Options.from_environment(os.environ, any_key=any_key))
        asyncio.run(until_signalled(stack, announce))
    except NotReadyError as error:
        complain(str(error))
        return 1
    except ExceptionGroup as errors:
        complain("\n".join(map(str, errors.exceptions)))
        return 1
    except asyncio.CancelledError:
        return 130
    return 0


async def until_signalled(stack: Stack, announce: Callable[[Mapping[str, str]], None]) -> None:
    """Runs the stack until SIGINT, SIGTERM or SIGHUP; a signal during the start ends the start."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        async with stack.running() as env:
            announce(env)
            await asyncio.Event().wait()


def lock(layout: Layout) -> None:
    """One stack per folder. Nothing closes the file, so the lock lasts exactly as long as the process."""
    layout.create()
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise NotReadyError(f"A stack is up in {layout.folder} already: `make down` stops it.") from None
    os.truncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())


def running_pid(layout: Layout) -> int | None:
    """The process that holds the lock. A number left by a dead one is never returned."""
    if not layout.lock.exists():
        return None
    with layout.lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return int(file.read() or 0) or None
    return None


def summary(env: Mapping[str, str]) -> str:
    """Where everything is, for a person."""
    rows = {
        "Dashboard": f"{env['APP_URL']}/app/  (sign in: {env['DEMO_OWNER_EMAIL']} / {env['DEMO_OWNER_PASSWORD']})",
        "Demo product": env["DEMO_URL"],
        "Mail inbox": env["MAIL_URL"],
        "API": env["API_URL"],
        "Supabase": env["SUPABASE_URL"],
        "Postgres": env["DATABASE_URL"],
        "Redis": f"{env['REDIS_URL']}  (REST: {env['UPSTASH_REDIS_REST_URL']})",
        "S3": env["S3_ENDPOINT_URL"],
        "Fakes": env["FAKES_URL"],
        "Publishable key": env["DEMO_PUBLISHABLE_KEY"],
        "Secret key": env["DEMO_SECRET_KEY"],
    }
    return "\n".join(f"{name:<16} {value}" for name, value in rows.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
