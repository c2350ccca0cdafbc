"""`make bench`: what the product costs, each figure beside a floor measured in the same run. Never fails on a time."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import Protocol

from scripts.bench import cold, deleting, ingest, scale, sql, trips


class Benchmark(Protocol):
    """Works in the given empty folder and returns what to print."""

    def __call__(self, folder: Path, *, quick: bool) -> str: ...


BENCHMARKS: dict[str, Benchmark] = {
    "trips": trips.run,
    "cold": cold.run,
    "sql": sql.run,
    "ingest": ingest.run,
    "scale": scale.run,
    "deleting": deleting.run,
}


def main() -> None:
    """Runs the chosen benchmarks one after the other, so that none disturbs another."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, help="run this one alone")
    parser.add_argument("--quick", action="store_true", help="fewer runs and less data: to see that it works")
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n", flush=True)
    for name in [options.only] if options.only else BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            print(BENCHMARKS[name](Path(folder), quick=options.quick), flush=True)


if __name__ == "__main__":
    main()
