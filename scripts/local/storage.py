"""S3, by moto."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator


@contextlib.contextmanager
def s3(port: int) -> Iterator[None]:
    """An S3 endpoint on 127.0.0.1:port until the block ends; it forgets everything then."""
    from moto.server import ThreadedMotoServer  # two seconds of imports: on a thread, beside the other starts

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    try:
        yield
    finally:
        server.stop()
