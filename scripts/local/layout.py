"""Where the local stack keeps its files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "scripts" / "local"


@dataclass(frozen=True)
class Layout:
    """One stack's files. Stacks with different folders share nothing, so the tests' can run beside a developer's."""

    folder: Path

    @classmethod
    def from_environment(cls) -> Layout:
        """`.local` in the checkout, or the folder LOCAL_DIR names (relative to the checkout)."""
        return cls(ROOT / os.environ.get("LOCAL_DIR", ".local"))

    @property
    def environment(self) -> Path:
        return self.folder / "env"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def status(self) -> Path:
        return self.folder / "status"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def redis(self) -> Path:
        return self.folder / "redis"

    @property
    def public(self) -> Path:
        """What is built with this stack's addresses in it, and served beside the checkout's public/."""
        return self.folder / "public"

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def create(self) -> None:
        """Makes the folders. Only their owner can look inside: keys and a database's files are in there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log("any").parent.mkdir(exist_ok=True)
        self.redis.mkdir(exist_ok=True)
