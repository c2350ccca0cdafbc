"""What an export holds, read back from its links as whoever downloads it would."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

Files = Mapping[str, bytes]


def downloaded(shown: Mapping[str, Any]) -> Files:
    """Each file by its name, once it is what the answer says of it."""
    files = {file["name"]: httpx.get(file["url"], timeout=60).raise_for_status().content for file in shown["files"]}
    for file in shown["files"]:
        assert len(files[file["name"]]) == file["bytes"]
        assert hashlib.sha256(files[file["name"]]).hexdigest() == file["sha256"]
    return files


def members(files: Files, kind: str) -> Iterator[tuple[str, str]]:
    """Table and text of each member of the zips of a format."""
    for name, content in files.items():
        if name.endswith(f".{kind}.zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                assert archive.testzip() is None
                for member in archive.namelist():
                    yield member.rpartition("-")[0], archive.read(member).decode()


def rows_of(files: Files, table: str) -> list[dict[str, Any]]:
    """By NDJSON."""
    lines = [text for name, text in members(files, "ndjson") if name == table]
    return [json.loads(line) for text in lines for line in text.split("\n") if line]


def cells_of(files: Files, table: str) -> list[dict[str, str]]:
    """By CSV."""
    texts = [text for name, text in members(files, "csv") if name == table]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text, newline=""))]


def manifest_of(files: Files) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    return manifest
