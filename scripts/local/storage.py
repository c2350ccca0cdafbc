"""S3, by moto."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import urllib3

BUCKET = "conversioncrm"


@contextlib.contextmanager
def s3(port: int) -> Iterator[None]:
    """An S3 endpoint on 127.0.0.1:port with BUCKET, until the block ends; it forgets everything then."""
    from moto.server import ThreadedMotoServer  # two seconds of imports: on a thread, beside the other starts

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        # moto checks no signature, so none is needed.
        urllib3.request("PUT", f"http://127.0.0.1:{port}/{BUCKET}")
        yield
    finally:
        server.stop()
