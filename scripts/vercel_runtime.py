"""Starts built functions as production does: the bundle's files alone, under the bundle's own vercel-runtime.

The runtime tells its host over a Unix socket (VERCEL_IPC_PATH) that it serves HTTP, and on which port: messages are
JSON, each ended by a NUL byte. The first is `server-started`, or `unrecoverable-error` when an import failed.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any

from scripts.vercel_build import Function

LAUNCHER = "vc__handler__python.py"
START_TIMEOUT = 30.0


class StartFailed(Exception):
    """The runtime ended, or said that it cannot serve, before it announced its port."""


@dataclass(frozen=True)
class Answer:
    """A function's HTTP answer."""

    status: int
    headers: HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Running:
    """A started function: its port, when its process was started (`time.perf_counter`), and the lines it logged."""

    port: int
    spawned: float
    log: list[str]

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One HTTP request to the function, as the platform's proxy would send it."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"x-vercel-forwarded-for": "203.0.113.7", **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


def bare_python(folder: Path) -> Path:
    """A Python without any package, so that a function finds only what its bundle holds."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin/python"


def lay_out(function: Function, folder: Path) -> Path:
    """Puts the function's files where its bundle has them; returns the folder."""
    for inside, source in function.files.items():
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        _link_or_copy(source, target)
    return folder


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


@contextmanager
def started(
    python: Path, bundle: Path, built_in: Mapping[str, str], environment: Mapping[str, str]
) -> Iterator[Running]:
    """Runs a laid-out function until the block ends. `built_in` is what its build set, `environment` the project's."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/ipc")
        listener.listen(1)
        variables = {"PATH": os.defpath, "VERCEL": "1", **environment, **built_in, "VERCEL_IPC_PATH": f"{folder}/ipc"}
        output = Path(folder, "output")
        with output.open("wb") as sink:
            spawned = time.perf_counter()
            process = subprocess.Popen(
                [str(python), LAUNCHER], cwd=bundle, env=variables, stdout=sink, stderr=subprocess.STDOUT
            )
        try:
            yield _await_start(_accept(listener, process, output), output, spawned)
        finally:
            process.kill()
            process.wait()


def _accept(listener: socket.socket, process: subprocess.Popen[bytes], output: Path) -> socket.socket:
    """The runtime's connection to our socket, made before it imports the function."""
    listener.settimeout(0.2)
    deadline = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return listener.accept()[0]
        except TimeoutError:
            continue
    raise StartFailed(output.read_text(errors="replace"))


def _await_start(connection: socket.socket, output: Path, spawned: float) -> Running:
    """Waits for the port, then keeps reading, since a full socket would block the function's logging."""
    connection.settimeout(START_TIMEOUT)
    messages = _messages(connection)
    for message in messages:
        if message["type"] == "server-started":
            log: list[str] = []
            threading.Thread(target=_keep_log, args=(connection, messages, log), daemon=True).start()
            return Running(message["payload"]["httpPort"], spawned, log)
        raise StartFailed(message["payload"].get("message") or output.read_text(errors="replace"))
    raise StartFailed(output.read_text(errors="replace"))


def _messages(connection: socket.socket) -> Iterator[dict[str, Any]]:
    """The runtime's messages as they come, until it closes the socket."""
    pending = b""
    with connection:
        while chunk := connection.recv(65536):
            *complete, pending = (pending + chunk).split(b"\0")
            yield from (json.loads(message) for message in complete)


def _keep_log(connection: socket.socket, messages: Iterator[dict[str, Any]], log: list[str]) -> None:
    connection.settimeout(None)
    with suppress(ConnectionError):  # the process is killed when the block ends
        for message in messages:
            if message["type"] == "log":
                log.append(base64.b64decode(message["payload"]["message"]).decode(errors="replace").rstrip())
