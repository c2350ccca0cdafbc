"""A proxy between a drain and the world. It stops the drain at one exact step, for as long as a test likes."""

from __future__ import annotations

import contextlib
import http.client
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Literal
from urllib.parse import urlsplit

PATIENCE = 30
# Before the call leaves, while the other side works on it, or when its answer is there.
When = Literal["before", "during", "after"]
Answer = tuple[int, str, bytes]


@dataclass
class Stop:
    """Where to stop: at the nth call of an SQL function, or of "emails", which is Resend."""

    call: str
    when: When
    nth: int = 1
    lost: bool = False
    reached: Event = field(default_factory=Event)
    released: Event = field(default_factory=Event)
    left: Event = field(default_factory=Event)

    def wait(self) -> None:
        """Returns when the drain stands there."""
        assert self.reached.wait(PATIENCE), f"no {self.call} number {self.nth}"

    def go_on(self) -> None:
        """Lets the call through, even if whoever made it has died. Returns when it has had its answer."""
        self.released.set()
        assert self.left.wait(PATIENCE)

    def lose(self) -> None:
        """The call, or its answer, never arrives."""
        self.lost = True
        self.released.set()

    def stand(self) -> None:
        self.reached.set()
        self.released.wait()
        if self.lost:
            raise ConnectionAbortedError


@dataclass
class Gate:
    upstream: Mapping[str, str]
    url: str = ""
    stop: Stop | None = None
    calls: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def settings(self) -> dict[str, str]:
        """What makes a process of functions go through here."""
        return {"SUPABASE_URL": self.url, "RESEND_API_URL": self.url}

    def stop_at(self, call: str, when: When, nth: int = 1) -> Stop:
        """The nth call from now on."""
        with self.lock:
            self.calls.clear()
            self.stop = Stop(call, when, nth)
            return self.stop

    def met(self, call: str) -> Stop | None:
        """The stop that this call has to make, if any."""
        with self.lock:
            self.calls[call] += 1
            at = self.stop
            return at if at and (at.call, at.nth) == (call, self.calls[call]) else None

    def passed(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer from beyond, after the stop that there may be."""
        call = path.rpartition("/")[2]
        stop = self.met(call)
        if stop and stop.when == "before":
            stop.stand()
        target = urlsplit(self.upstream["RESEND_API_URL" if call == "emails" else "SUPABASE_URL"])
        connection = http.client.HTTPConnection(target.netloc, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("POST", target.path + path, body, {**headers, "Host": target.netloc})
            if stop and stop.when == "during":
                stop.stand()
            answer = connection.getresponse()
            read = answer.status, answer.headers.get("Content-Type", ""), answer.read()
        if stop and stop.when == "after":
            stop.stand()
        if stop:
            stop.left.set()
        return read


@contextlib.contextmanager
def standing(env: Mapping[str, str]) -> Iterator[Gate]:
    gate = Gate(env)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with contextlib.suppress(ConnectionError):  # whoever asked may have been killed
                status, kind, answer = gate.passed(self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gate.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield gate
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
