"""Pictures of the dashboard for docs/dashboard.md: `make dashboard-pictures`, which starts an empty stack of its own,
or with such a one's variables `python -m scripts.dashboard_pictures`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from scripts.dashboard_pictures.workspace import OWNER, PASSWORD, AcmeBoards
from scripts.local.layout import ROOT

PICTURES = ROOT / "docs" / "dashboard"
CAMERA = Path(__file__).with_name("camera.js")
COLOURS = 128


def main() -> int:
    """Writes docs/dashboard/NAME-WIDTH-SCHEME.png, as camera.js lists them, once all have been taken."""
    filled = AcmeBoards(os.environ).fill()
    told = json.dumps({"email": OWNER, "password": PASSWORD, "ids": filled})
    with TemporaryDirectory() as folder:
        taken = subprocess.run(["node", str(CAMERA), folder], input=told, text=True, check=False)
        if taken.returncode:
            return taken.returncode
        pictures = list(Path(folder).glob("*.png"))
        sizes = [shrink(picture) for picture in pictures]
        replace(pictures)
    print(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.2f} MB")
    return 0


def shrink(picture: Path) -> int:
    """Leaves the picture a palette, which is a third of its bytes. Returns what it has now."""
    with Image.open(picture) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)
    return picture.stat().st_size


def replace(pictures: list[Path]) -> None:
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    for picture in pictures:
        shutil.move(picture, PICTURES / picture.name)


if __name__ == "__main__":
    sys.exit(main())
