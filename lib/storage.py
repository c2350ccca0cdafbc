"""Objects in a private bucket behind an S3-compatible endpoint: SigV4 and path style, as Supabase Storage wants it.

There need not be one: is_offered() says so. Each call raises Unavailable when the storage can't be reached, or refuses.
"""

import contextlib
import functools
import itertools
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from lib.config import config
from lib.errors import Unavailable
from lib.log import log

LINK_SECONDS = 60
RETRY_SECONDS = 30
BATCH = 1000
SETTINGS: Mapping[str, Any] = {
    "signature_version": "s3v4",
    "s3": {"addressing_style": "path"},
    # Otherwise boto3 adds checksums of Amazon's own to each upload, as trailers that others don't read.
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "connect_timeout": 3,
    "read_timeout": 15,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}


def is_offered() -> bool:
    return config.storage is not None


def put(key: str, body: bytes | BinaryIO, content_type: str) -> None:
    """Stores an object whole, in one request; a file is not read into memory."""
    with _faults("put"):
        _client().put_object(Bucket=_bucket(), Key=key, Body=body, ContentType=content_type)


def get(key: str) -> bytes | None:
    """The object, None when there is none."""
    with _faults("get"):
        client = _client()
        try:
            return cast(bytes, client.get_object(Bucket=_bucket(), Key=key)["Body"].read())
        except client.exceptions.NoSuchKey:
            return None


def keys(prefix: str) -> Iterator[str]:
    """Every key that begins so, a thousand at a time."""
    with _faults("list"):
        for page in _client().get_paginator("list_objects_v2").paginate(Bucket=_bucket(), Prefix=prefix):
            yield from (entry["Key"] for entry in page.get("Contents", ()))


def delete(*found: str) -> None:
    """Deletes objects, a thousand at most; one that is not there is fine."""
    with _faults("delete"):
        wanted = {"Objects": [{"Key": key} for key in found], "Quiet": True}
        answer = _client().delete_objects(Bucket=_bucket(), Delete=wanted)
    if answer.get("Errors"):
        log(event="storage_failed", operation="delete", error=answer["Errors"][0].get("Code"))
        raise Unavailable(RETRY_SECONDS)


def delete_all(prefix: str) -> int:
    """Deletes every object below a folder, whose name ends with a slash. Returns how many."""
    if not prefix.endswith("/") or len(prefix) < 2:
        raise ValueError(prefix)
    deleted = 0
    for found in itertools.batched(keys(prefix), BATCH):
        delete(*found)
        deleted += len(found)
    return deleted


def link(key: str) -> str:
    """Where anyone can GET that object for LINK_SECONDS. Asks nobody."""
    with _faults("sign"):
        parameters = {"Bucket": _bucket(), "Key": key}
        return str(_client().generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_SECONDS))


def _bucket() -> str:
    assert config.storage is not None
    return config.storage.bucket


@functools.cache
def _client() -> Any:
    """One for all threads; with a session of its own, since boto3's shared one is none of theirs."""
    # 200 ms of imports, which no answer but those with a link should wait for.
    import boto3
    from botocore.config import Config

    assert config.storage is not None
    return boto3.session.Session().client(
        "s3",
        endpoint_url=config.storage.endpoint_url,
        region_name=config.storage.region,
        aws_access_key_id=config.storage.access_key_id,
        aws_secret_access_key=config.storage.secret_access_key,
        config=Config(**SETTINGS),
    )


@contextlib.contextmanager
def _faults(operation: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError  # as late as boto3

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else None
        log(event="storage_failed", operation=operation, error=type(error).__name__, code=code)
        raise Unavailable(RETRY_SECONDS) from error
