"""Free ports, chosen once and kept as long as nobody else takes them."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

NAMES = ("api", "supabase", "lite", "postgres", "redis", "upstash", "s3", "mail", "smtp", "fakes", "demo")


def choose(remembered: Path, env: Mapping[str, str] = os.environ) -> dict[str, int]:
    """A port for each name: what API_PORT and the like say, else the remembered one if it is free, else a free one."""
    before = json.loads(remembered.read_text()) if remembered.exists() else {}
    fixed = {name: int(env[f"{name.upper()}_PORT"]) for name in NAMES if f"{name.upper()}_PORT" in env}
    kept = {name: port for name, port in before.items() if name in NAMES and is_free(port)}
    ports = {**free(NAMES), **kept, **fixed}
    remembered.write_text(json.dumps(ports))
    return ports


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that is only in TIME_WAIT is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free(names: Iterable[str]) -> dict[str, int]:
    """A different free port for each name; all are held until the last is known."""
    held = {name: socket.create_server(("127.0.0.1", 0)) for name in names}
    try:
        return {name: server.getsockname()[1] for name, server in held.items()}
    finally:
        for server in held.values():
            server.close()
