"""What every endpoint shares: a request, a response, and the WSGI application around a handler.

Errors are raised anywhere below and become RFC 9457 problem documents here, and only here.
"""

import base64
import json
import time
import uuid
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO, Literal, cast
from urllib.parse import parse_qs

from lib import limits
from lib.config import config
from lib.errors import ApiError
from lib.log import log
from lib.strict_json import parse_body

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Who may read an answer in a browser: any site (a key's own list of origins decides), or our app alone.
Cors = Literal["any", "app"]
EXPOSED = "Retry-After, RateLimit, RateLimit-Policy, X-Request-Id"
JSON_TYPES = ("application/json", "text/plain")
# RudderStack's Node.js SDK calls its JSON so when it compresses it, as it does by default. No form is ever compressed.
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Request:
    environ: "WSGIEnvironment"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    # What the log line says besides route, status and time.
    facts: dict[str, object] = field(default_factory=dict)

    def header(self, name: str) -> str:
        value: str = self.environ.get("HTTP_" + name.upper().replace("-", "_"), "")
        return value

    @property
    def method(self) -> str:
        return cast(str, self.environ["REQUEST_METHOD"])

    @property
    def origin(self) -> str | None:
        return self.header("Origin") or None

    @property
    def bearer(self) -> str:
        """The token of `Authorization: Bearer`, or the user name of Basic, as Segment's SDKs send a key."""
        scheme, _, credentials = self.header("Authorization").partition(" ")
        if scheme.lower() == "basic":
            try:
                credentials = base64.b64decode(credentials).decode().partition(":")[0]
            except ValueError:
                return ""
        return credentials.strip() if scheme.lower() in ("bearer", "basic") else ""

    @property
    def client_address(self) -> str:
        """Believes a forwarding header only where the platform itself sets it."""
        if config.on_vercel:
            return self.header("X-Vercel-Forwarded-For") or self.header("X-Real-Ip")
        return str(self.environ.get("REMOTE_ADDR", ""))

    def query(self, name: str) -> str | None:
        values: list[str] = parse_qs(str(self.environ.get("QUERY_STRING", ""))).get(name, [])
        return values[0] if values else None

    def names(self, name: str) -> bool:
        """Whether the query has it, be it without a value, as in a link that was cut off."""
        return name in parse_qs(str(self.environ.get("QUERY_STRING", "")), keep_blank_values=True)

    @property
    def _compressed(self) -> bool:
        return self.header("Content-Encoding").lower() == "gzip"

    def body(self) -> bytes:
        """The raw body, inflated. Raises 413 past the limit, 400 for broken gzip.

        A chunked body arrives here whole and with its length: the runtime has joined its chunks.
        """
        length = int(self.environ.get("CONTENT_LENGTH") or 0)
        if length > limits.BODY_BYTES:
            raise ApiError("body_too_large")
        raw = cast(BinaryIO, self.environ["wsgi.input"]).read(length)
        if self._compressed:
            raw = _inflate(raw)
        elif self.header("Content-Encoding").lower() not in ("", "identity"):
            raise ApiError("encoding_malformed")
        if len(raw) > limits.BODY_BYTES:
            raise ApiError("body_too_large")
        return raw

    def json_bytes(self) -> bytes:
        """The body, which is said to hold JSON. Raises 415, 413, 400."""
        content_type = str(self.environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
        if content_type not in JSON_TYPES and not (content_type == FORM_TYPE and self._compressed):
            raise ApiError("content_type_unsupported")
        return self.body()

    def json(self) -> object:
        """The body as JSON. Raises 415, 413, 400."""
        return parse_body(self.json_bytes())


@dataclass(slots=True)
class Response:
    status: int
    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Response]


def json_response(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    # As UTF-8: escaped, text that is not Latin would be up to three times as long. What UTF-8 has not is escaped.
    body = json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace")
    return Response(status, body, "application/json", dict(headers or {}))


def endpoint(*, cors: Cors, **handlers: Handler) -> "WSGIApplication":
    """The WSGI application of one URL: a handler for each method it answers.

    Adds CORS, X-Request-Id and one log line; turns whatever is raised into a problem document.
    """

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        started = time.monotonic()
        request = Request(environ)
        response = _answer(request, handlers)
        response.headers |= _cors_headers(request, cors, handlers)
        response.headers |= {"X-Request-Id": request.id, "Cache-Control": "no-store"}
        log(
            requestId=request.id,
            route=f"{request.method} {environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}",
            status=response.status,
            ms=round((time.monotonic() - started) * 1000),
            **request.facts,
        )
        start_response(
            f"{response.status} {HTTPStatus(response.status).phrase}",
            [
                ("Content-Type", response.content_type),
                ("Content-Length", str(len(response.body))),
                *response.headers.items(),
            ],
        )
        return [] if request.method == "HEAD" else [response.body]

    return application


def _answer(request: Request, handlers: Mapping[str, Handler]) -> Response:
    try:
        if request.method == "OPTIONS":
            return Response(204, b"", "text/plain")
        if request.method not in handlers:
            raise ApiError("method_not_allowed", headers={"Allow": _allowed(handlers)})
        return handlers[request.method](request)
    except ApiError as error:
        return _problem(request, error)
    except Exception as error:  # The last line of defence: a client must never see a stack.
        request.facts["exception"] = type(error).__name__
        request.facts["at"] = _place(error)
        return _problem(request, ApiError("internal_error"))


def _problem(request: Request, error: ApiError) -> Response:
    request.facts["code"] = error.code
    document = {
        "type": f"{config.app_url}/errors#{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.detail,
        # Under this name too, because Segment's and RudderStack's SDKs read it, and repeat what lacks it.
        "message": error.detail,
        "code": error.code,
        "requestId": request.id,
        **error.extra,
    }
    return Response(error.status, json.dumps(document).encode(), "application/problem+json", error.headers)


def _allowed(handlers: Mapping[str, Handler]) -> str:
    return ", ".join([*handlers, "OPTIONS"])


def _cors_headers(request: Request, cors: Cors, handlers: Mapping[str, Handler]) -> dict[str, str]:
    if cors == "app" and request.origin != config.app_url:
        return {"Vary": "Origin"}
    headers = {
        "Access-Control-Allow-Origin": "*" if cors == "any" else config.app_url,
        "Access-Control-Expose-Headers": EXPOSED,
        "Vary": "Origin",
    }
    if request.method == "OPTIONS":
        headers |= {
            "Access-Control-Allow-Methods": _allowed(handlers),
            # SDKs add headers of their own; a wildcard leaves Authorization out.
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, *",
            "Access-Control-Max-Age": "86400",
        }
    return headers


def _inflate(raw: bytes) -> bytes:
    """At most one byte more than the limit, however much the body would grow to."""
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(raw, limits.BODY_BYTES + 1)
    except zlib.error as error:
        raise ApiError("encoding_malformed") from error
    if not inflater.eof and len(inflated) <= limits.BODY_BYTES:
        raise ApiError("encoding_malformed")
    return inflated


def _place(error: Exception) -> str:
    """File and line of an exception: what can be logged of it, since its text may hold a person's data."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""
