"""A builder in a process of its own: `python -m tests.integration.exporting ROWS MINUTES`.

Makes parts of so many rows at most, and sweeps so many minutes from now until nothing is left. Prints {"totals",
"rss"}: of all sweeps together, and the peak of its memory in bytes.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lib import export_builder, export_parts


def main(rows: int, minutes: int) -> None:
    export_parts.PART_ROWS = rows
    totals: Counter[str] = Counter()
    left: object = True
    while left:
        done = export_builder.sweep(datetime.now(UTC) + timedelta(minutes=minutes))
        left = done.pop("left")
        totals.update({name: count for name, count in done.items() if isinstance(count, int)})
    print(json.dumps({"totals": totals, "rss": peak()}))


def peak() -> int:
    """Linux hands the peak of whoever started a process on to it, but for the one in /proc."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [kilobytes] = re.findall(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
    return int(kilobytes) * 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
