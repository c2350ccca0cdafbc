"""How far an import is, on disk after each batch: whatever ends it, the same command goes on from there."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from scripts.import_events.entries import Entry
from scripts.import_events.faults import Fault, Stop
from scripts.import_events.reading import Position
from scripts.import_events.sending import Outcome

FINGERPRINT_BYTES = 1024 * 1024
# So many line numbers per code are in the summary; all of them are in the list of rejects.
LINES_SHOWN = 10


@dataclass
class Refusals:
    count: int = 0
    lines: list[int] = field(default_factory=list)


@dataclass
class Progress:
    """What is imported, where to, how far, and what became of it so far, over all runs."""

    fingerprint: str = ""
    url: str = ""
    key: str = ""
    offset: int = 0
    line: int = 1
    # The last line of a batch that was being sent: should this be read again, it may have been stored already.
    sending: int = 0
    rejects_bytes: int = 0
    read: int = 0
    undated: int = 0
    accepted: int = 0
    duplicates: int = 0
    unsure: int = 0
    refused: dict[str, Refusals] = field(default_factory=dict)

    @property
    def position(self) -> Position:
        return Position(self.offset, self.line)

    @property
    def refused_count(self) -> int:
        return sum(refusals.count for refusals in self.refused.values())

    def add(self, batch: list[Entry], outcome: Outcome) -> list[tuple[Entry, Fault]]:
        """Counts a batch that is done. Returns what was refused of it, by line."""
        self.offset, self.line = batch[-1].end.offset, batch[-1].end.line
        self.sending = 0
        self.read += len(batch)
        self.undated += sum(bool(entry.body) and not entry.dated for entry in batch)
        self.accepted += outcome.accepted
        self.duplicates += outcome.duplicates
        self.unsure += outcome.unsure
        here = [(entry, entry.fault) for entry in batch if entry.fault]
        refused = sorted(here + outcome.refused, key=lambda each: each[0].line)
        for entry, fault in refused:
            refusals = self.refused.setdefault(fault.code, Refusals())
            refusals.count += 1
            if len(refusals.lines) < LINES_SHOWN:
                refusals.lines.append(entry.line)
        return refused


@dataclass
class Records:
    """The two files that an import keeps: its progress (none for a dry run), and the list of rejects."""

    rejects_path: Path
    state_path: Path | None = None

    def load(self) -> Progress | None:
        """The progress of an import that was interrupted. Raises Stop."""
        if self.state_path is None or not self.state_path.exists():
            return None
        try:
            stored = json.loads(self.state_path.read_text())
            stored["refused"] = {code: Refusals(**refusals) for code, refusals in stored["refused"].items()}
            return Progress(**stored)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Stop(f"{self.state_path} is no progress of an import; delete it to begin from the start.") from error

    def open_rejects(self, progress: Progress) -> BinaryIO:
        """The list of rejects as it was when the progress was saved: what came after is found again."""
        self.rejects_path.touch()
        rejects = self.rejects_path.open("r+b")
        rejects.truncate(min(progress.rejects_bytes, self.rejects_path.stat().st_size))
        rejects.seek(0, os.SEEK_END)
        return rejects

    def save(self, progress: Progress) -> None:
        """Replaces the file whole, so that a crash leaves either the old or the new one."""
        if self.state_path is None:
            return
        fresh = self.state_path.with_name(self.state_path.name + ".tmp")
        with fresh.open("w") as file:
            json.dump(asdict(progress), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.state_path)

    def finish(self, progress: Progress) -> None:
        if self.state_path is not None:
            self.state_path.unlink(missing_ok=True)
        if not progress.refused:
            self.rejects_path.unlink()


def write_rejects(file: BinaryIO, refused: Iterable[tuple[Entry, Fault]]) -> int:
    """Appends to the list, onto the disk. Returns its length."""
    for entry, fault in refused:
        named = {"line": entry.line, "messageId": entry.message_id, **fault._asdict()}
        file.write(json.dumps(named).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())
    return file.tell()


def fingerprint(path: Path) -> str:
    """Tells a file from another or a changed one: its size, and the SHA-256 of its first MiB."""
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(FINGERPRINT_BYTES)).hexdigest()
    return f"{path.stat().st_size} bytes, sha256 {digest}"


def key_print(key: str) -> str:
    """Tells a key from another. Keys are random, so nothing can be learnt from it."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def resumable(progress: Progress, state_path: Path, now: Progress, key_changed: bool) -> Progress:
    """The progress to go on from. Raises Stop where that would mix up two imports."""
    if not progress.read:
        return replace(now, sending=progress.sending)
    begin = f"To begin from the start, delete {state_path}; what is stored already is not stored twice."
    if progress.fingerprint != now.fingerprint:
        raise Stop(f"The file has changed since its import was interrupted at line {progress.line}. {begin}")
    if progress.url != now.url:
        raise Stop(f"This import was begun with --url {progress.url}. {begin}")
    if progress.key != now.key and not key_changed:
        raise Stop("This import was begun with another key. If that key was replaced by a new one of the same "
                   f"workspace, add --key-changed. {begin}")  # fmt: skip
    progress.key = now.key
    return progress


@contextlib.contextmanager
def alone(file: BinaryIO, name: str) -> Iterator[None]:
    """Holds the file for this import, so that two of them do not overwrite each other's progress. Raises Stop."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Stop(f"Another import of {name} is running.") from error
    yield
