"""Pictures of the dashboard for docs/dashboard.md: `make dashboard-pictures`, which starts an empty stack of its own,
or with such a one's variables `python -m scripts.dashboard_pictures`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

from scripts.dashboard_pictures.workspace import OWNER, PASSWORD, AcmeBoards
from scripts.local.layout import ROOT

PICTURES = ROOT / "docs" / "dashboard"
CAMERA = Path(__file__).with_name("camera.js")
COLOURS = 128


def main() -> int:
    """Writes docs/dashboard/NAME-WIDTH-SCHEME.png, as camera.js lists them."""
    filled = AcmeBoards(os.environ).fill()
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    told = json.dumps({"email": OWNER, "password": PASSWORD, "ids": filled})
    taken = subprocess.run(["node", str(CAMERA), str(PICTURES)], input=told, text=True, check=False)
    sizes = [shrink(picture) for picture in sorted(PICTURES.glob("*.png"))]
    print(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.2f} MB")
    return taken.returncode


def shrink(picture: Path) -> int:
    """Leaves the picture a palette, which is a third of its bytes. Returns what it has now."""
    with Image.open(picture) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)
    return picture.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
