"""One JSON line per fact. Never an email, a key, a body or a person's id."""

import json
import sys


def log(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields, default=str) + "\n")
    sys.stdout.flush()
