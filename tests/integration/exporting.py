"""A builder in a process of its own: `python -m tests.integration.exporting ROWS`, parts of so many rows at most.

Sweeps until nothing is left and prints {"totals", "rss"}: of all sweeps together, and the peak of its memory in bytes.
"""

from __future__ import annotations

import json
import resource
import sys
from collections import Counter
from datetime import UTC, datetime

from lib import export_builder, export_parts


def main(rows: int) -> None:
    export_parts.PART_ROWS = rows
    totals: Counter[str] = Counter()
    left: object = True
    while left:
        done = export_builder.sweep(datetime.now(UTC))
        left = done.pop("left")
        totals.update({name: count for name, count in done.items() if isinstance(count, int)})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"totals": totals, "rss": peak}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
