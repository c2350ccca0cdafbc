"""The line between an SDK and our API: hands on what they say to each other, remembers it, and can lose an answer."""

from __future__ import annotations

import contextlib
import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx


@dataclass(frozen=True)
class Exchange:
    """A request as an SDK sent it and what our API answered."""

    at: float
    path: str
    headers: Mapping[str, str]
    batch: list[dict[str, Any]]
    status: int
    retry_after: int
    answer: dict[str, Any]


@dataclass
class Wire:
    url: str
    exchanges: list[Exchange] = field(default_factory=list)
    # How many of the next answers get lost on their way back.
    losing: int = 0
    # Happens while the next request is on its way.
    meanwhile: Callable[[], object] | None = None

    @property
    def statuses(self) -> list[int]:
        return [exchange.status for exchange in self.exchanges]

    @property
    def accepted(self) -> int:
        return sum(exchange.answer.get("accepted", 0) for exchange in self.exchanges)

    @property
    def duplicates(self) -> int:
        return sum(exchange.answer.get("duplicates", 0) for exchange in self.exchanges)

    @property
    def rejected(self) -> list[tuple[str, str]]:
        """Type and code of each message that was refused."""
        return [
            (exchange.batch[rejection["index"]]["type"], rejection["code"])
            for exchange in self.exchanges
            for rejection in exchange.answer.get("rejected", [])
        ]

    def carry(self, request: BaseHTTPRequestHandler, api: httpx.Client) -> httpx.Response | None:
        """Asks our API. Returns its answer, or None when it gets lost."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        body = request.rfile.read(int(request.headers["Content-Length"]))
        # This connection's own; httpx has its own.
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "connection")}
        answer = api.post(request.path, content=body, headers=headers)
        self.exchanges.append(exchange(request.path, headers, body, answer))
        if self.losing == 0:
            return answer
        self.losing -= 1
        return None


def exchange(path: str, headers: Mapping[str, str], body: bytes, answer: httpx.Response) -> Exchange:
    sent = json.loads(gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body)
    retry_after = int(answer.headers.get("Retry-After", 0))
    return Exchange(time.monotonic(), path, headers, sent["batch"], answer.status_code, retry_after, answer.json())


@contextlib.contextmanager
def wire_to(api: httpx.Client) -> Iterator[Wire]:
    class Handler(BaseHTTPRequestHandler):
        """Speaks HTTP/1.0, so that no SDK keeps a connection open after its test."""

        def do_POST(self) -> None:
            answer = wire.carry(self, api)
            if answer is not None:
                self.send_response(answer.status_code)
                for name in answer.headers.keys() & {"content-type", "content-length", "retry-after"}:
                    self.send_header(name, answer.headers[name])
                self.end_headers()
                self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        wire = Wire(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield wire
        server.shutdown()
        thread.join()
