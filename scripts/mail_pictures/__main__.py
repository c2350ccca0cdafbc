"""Pictures of the starter templates for docs/mail.md: `make mail-pictures`, or with the stack's variables set
`python -m scripts.mail_pictures`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from lib.rendering import render
from scripts.local.layout import ROOT
from scripts.mail_pictures.starter import as_message, starter_templates

PICTURES = ROOT / "docs" / "mail"
CAMERA = Path(__file__).with_name("camera.js")


def main() -> int:
    """Writes docs/mail/NAME-WIDTH-SCHEME.png, four for each template."""
    PICTURES.mkdir(exist_ok=True)
    templates = starter_templates(os.environ["DATABASE_URL"])
    pages = {file_name(each["name"]): render(as_message(each)).html for each in templates}
    taken = subprocess.run(["node", str(CAMERA), str(PICTURES)], input=json.dumps(pages), text=True, check=False)
    return taken.returncode


def file_name(name: str) -> str:
    return name.lower().replace(" ", "-")


if __name__ == "__main__":
    sys.exit(main())
