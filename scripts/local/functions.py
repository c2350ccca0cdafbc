"""api/*.py and public/, served as Vercel serves them: `python -m scripts.local.functions SOCKET [FOLDER]`.

FOLDER holds the files that are built for one stack, and goes before public/.

Differences that can be seen from inside a function: all share one process here, and VERCEL is not set.
"""

from __future__ import annotations

import gzip
import importlib.util
import logging
import mimetypes
import re
import socket
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from scripts.local.layout import ROOT
from scripts.local.routing import Routes

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
MAX_BODY = 4_500_000  # Vercel answers 413 above this, before the function sees anything
# Vercel's edge sets these; what a client claims in them never reaches a function.
EDGE_HEADERS = ("x-forwarded-", "x-real-ip", "x-vercel-", "forwarded")


class BodyError(Exception):
    """The request's body can't be read; holds the status to answer."""


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def plain(cls, status: HTTPStatus) -> Answer:
        return cls(status, [("Content-Type", "text/plain; charset=utf-8")], f"{status.phrase}\n".encode())


def load(folder: Path) -> dict[str, Application]:
    """Each function by its URL. One that can't be imported answers 500, and its traceback is in the log."""
    files = (file for file in sorted(folder.glob("*.py")) if not file.name.startswith(("_", ".")))
    return {f"/api/{file.stem}": application(file) for file in files}


def application(file: Path) -> Application:
    """The file's `app`, loaded by path since `send-email` is no module name."""
    spec = importlib.util.spec_from_file_location(f"api_{file.stem.replace('-', '_')}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception:
        print(f"could not import {file}:\n{traceback.format_exc()}", flush=True)
        return broken
    app: Application = module.app
    return app


def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
    return [b"FUNCTION_INVOCATION_FAILED\n"]


def call(app: Application, environ: dict[str, Any]) -> Answer:
    """Runs a WSGI application to its end."""
    started: list[Any] = []
    written: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        started[:] = [int(status.split(" ", 1)[0]), headers]
        return written.append

    chunks = app(environ, start_response)
    try:
        written.extend(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()
    return Answer(started[0], list(started[1]), b"".join(written))


class Handler(BaseHTTPRequestHandler):
    """One connection; the server gives each a thread of its own, as Vercel's runtime does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 75
    routes: ClassVar[Routes]
    functions: ClassVar[Mapping[str, Application]]
    public: ClassVar[tuple[Path, ...]] = (ROOT / "public",)

    def handle_request(self) -> None:
        path, _, query = self.path.partition("?")
        try:
            answer = self.answer(path, query)
        except BodyError as error:
            self.close_connection = True  # what follows on it is the rest of that body
            answer = Answer.plain(error.args[0])
        except Exception:
            traceback.print_exc()
            answer = Answer.plain(HTTPStatus.INTERNAL_SERVER_ERROR)
        self.reply(answer, self.routes.headers(path))

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Any method is the function's to answer: the base class looks for one named do_METHOD."""
        if name.startswith("do_"):
            return self.handle_request
        raise AttributeError(name)

    def answer(self, path: str, query: str) -> Answer:
        """Files first, then functions, then what rewrites lead to: Vercel's order."""
        body = read_body(self.rfile, self.headers)
        for named, asked in ((path, query), self.routes.rewritten(path, query)):
            file = static_file(self.public, named, self.routes.clean_urls)
            if file is not None:
                return serve_file(file, self.command, self.headers.get("accept-encoding", ""))
            if named in self.functions:
                return call(self.functions[named], self.environ(named, asked, body))
        return Answer.plain(HTTPStatus.NOT_FOUND)

    def environ(self, path: str, query: str, body: bytes) -> dict[str, Any]:
        """As vercel-runtime makes it (vc_init.py); the client's address is what its edge would put there."""
        environ: dict[str, Any] = {
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("content-type", ""),
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_ADDR": self.client_address[0],
            "REQUEST_METHOD": self.command,
            "SERVER_NAME": self.headers.get("host", "lambda"),
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.errors": sys.stderr,
            "wsgi.input": BytesIO(body),
            "wsgi.multiprocess": False,
            "wsgi.multithread": False,
            "wsgi.run_once": False,
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
        }
        for name, value in self.headers.items():
            if name.lower() != "transfer-encoding" and not name.lower().startswith(EDGE_HEADERS):
                environ["HTTP_" + name.replace("-", "_").upper()] = value
        return environ

    def reply(self, answer: Answer, extra: list[tuple[str, str]]) -> None:
        own = {name.lower() for name, _ in answer.headers}
        self.send_response(answer.status)
        for name, value in [*answer.headers, *(pair for pair in extra if pair[0].lower() not in own)]:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        pass  # functions log each request themselves


def read_body(stream: Any, headers: Message) -> bytes:
    """The whole body, chunked or not, as Vercel hands it to a function."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return b"".join(chunks(stream))
    length = headers.get("content-length", "0")
    if not re.fullmatch("[0-9]+", length):
        raise BodyError(HTTPStatus.BAD_REQUEST)
    if int(length) > MAX_BODY:
        raise BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(stream.read(int(length)))


def chunks(stream: Any) -> Iterable[bytes]:
    """Undoes chunked transfer coding (RFC 9112, 7.1)."""
    total = 0
    while size := chunk_size(stream):
        total += size
        if total > MAX_BODY:
            raise BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        yield stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass  # trailers


def chunk_size(stream: Any) -> int:
    size = stream.readline(1000).split(b";")[0].strip()
    if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", size):
        raise BodyError(HTTPStatus.BAD_REQUEST)
    return int(size, 16)


def static_file(folders: Iterable[Path], path: str, clean_urls: bool) -> Path | None:
    """The file that a path names in the first of these folders that has it; nothing outside of them."""
    for folder in folders:
        named = folder / path.lstrip("/")
        candidates = [named / "index.html" if path.endswith("/") else named]
        if clean_urls:
            candidates.append(named.with_name(named.name + ".html"))
        inside = (file for file in candidates if file.resolve().is_relative_to(folder) and file.is_file())
        if (found := next(inside, None)) is not None:
            return found
    return None


def serve_file(file: Path, method: str, encodings: str) -> Answer:
    """A file, compressed where the client takes it, as Vercel's edge has it."""
    if method not in ("GET", "HEAD"):
        return Answer.plain(HTTPStatus.METHOD_NOT_ALLOWED)
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    headers = [("Content-Type", content_type), ("Cache-Control", "public, max-age=0, must-revalidate")]
    content = file.read_bytes()
    if "gzip" in encodings and content_type.startswith(("text/", "image/svg")):
        headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        content = gzip.compress(content, 6)
    return Answer(HTTPStatus.OK, headers, content)


class Server(ThreadingHTTPServer):
    """Takes connections from a socket that the stack holds open, so that none is refused during a reload."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=descriptor)
        self.server_address = self.socket.getsockname()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):  # a client that left is no error
            super().handle_error(request, client_address)


def main(descriptor: int, built: Path | None = None) -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")  # Vercel's runtime sets this level too
    Handler.routes = Routes.read(ROOT / "vercel.json")
    Handler.functions = load(ROOT / "api")
    Handler.public = (*([built] if built else []), ROOT / "public")
    print("ready", flush=True)
    Server(descriptor).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), *map(Path, sys.argv[2:]))
