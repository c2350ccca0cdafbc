"""What somebody at a terminal sees: a bar while it runs, and a summary."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tqdm import tqdm

from scripts.import_events.pace import Pace
from scripts.import_events.progress import LINES_SHOWN, Progress

FORMAT = "{percentage:3.0f}%|{bar}| {desc}"
SHOWN_EVERY = 0.1


class Bar:
    """Nothing at all where stderr is no terminal, but for what went wrong."""

    def __init__(self, size: int, progress: Progress, pace: Pace | None) -> None:
        self.size, self.progress, self.pace = size, progress, pace
        self.began, self.read_before, self.sent_before = time.monotonic(), progress.read, sent(progress)
        self.done, self.shown, self.explained = 0, 0.0, False
        self.bar = tqdm(
            total=size, disable=not sys.stderr.isatty(), bar_format=FORMAT, dynamic_ncols=True, miniters=1, leave=False
        )

    def show(self, done: int, waiting: float = 0) -> None:
        self.done = done
        if not waiting and time.monotonic() - self.shown < SHOWN_EVERY:
            return
        self.shown = time.monotonic()
        self.bar.n = done
        self.bar.set_description_str(self._figures(waiting), refresh=False)
        self.bar.refresh()

    def wait(self, seconds: float, why: str) -> None:
        """Sleeps, and shows for how long still."""
        if why:
            self.say(f"{why} in {seconds:.0f} s")
        elif seconds >= 1 and self.pace and not self.explained:
            self.explained = True
            self.note(f"This key may send {self.pace.quota:,} messages a minute; the import keeps to that by waiting.")
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.show(self.done, left)
            time.sleep(min(left, 1))

    def note(self, text: str) -> None:
        """For somebody who watches."""
        if not self.bar.disable:
            self.say(text)

    def say(self, text: str) -> None:
        self.bar.clear()
        print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        self.bar.close()

    def _figures(self, waiting: float) -> str:
        parts = [f"{self.progress.read:,} read", f"{self.progress.refused_count:,} refused"]
        if self.pace:
            parts += [f"{self.per_minute():,.0f}/min", self._left()]
        if waiting >= 1:
            parts.append(f"waiting {waiting:.0f} s")
        return ", ".join(part for part in parts if part)

    def per_minute(self) -> float:
        """Messages sent: the limit's rate until this run is slower than that."""
        assert self.pace is not None
        took = max(time.monotonic() - self.began, 1)
        here = sent(self.progress) - self.sent_before
        return min(self.pace.per_minute, here * 60 / took) if here else self.pace.per_minute

    def _left(self) -> str:
        """How long it will take still, as far as what is left resembles what is done."""
        if not self.done:
            return ""
        messages = (self.size - self.done) * sent(self.progress) / self.done
        return f"{duration(messages * 60 / self.per_minute())} left"


def sent(progress: Progress) -> int:
    return progress.accepted + progress.duplicates


def duration(seconds: float) -> str:
    """About how long, in its largest two units."""
    minutes, hours = seconds / 60, seconds / 3600
    if minutes < 1:
        return "less than a minute"
    if hours < 1:
        return f"about {minutes:.0f} min"
    return f"about {hours:.0f} h {minutes % 60:.0f} min" if hours < 24 else f"about {hours / 24:.1f} days"


def summary(name: str, progress: Progress, rejects_path: Path, *, dry_run: bool) -> str:
    good = progress.read - progress.refused_count
    lines = [f"Checked {name}; nothing was sent." if dry_run else f"Imported {name}."]
    lines += [_row("read", progress.read, plural("message", progress.read))]
    if dry_run:
        lines += [_row("fine", good, "would be sent; which of them are duplicates only an import can tell")]
    else:
        lines += [_row("accepted", progress.accepted), _row("duplicates", progress.duplicates, _duplicates(progress))]
    lines += [_row("refused", progress.refused_count)]
    for code, refusals in sorted(progress.refused.items(), key=lambda item: -item[1].count):
        numbers = ", ".join(map(str, refusals.lines)) + (", …" if refusals.count > LINES_SHOWN else "")
        lines.append(f"  {'':<10} {refusals.count:>12,}  {code}: {plural('line', refusals.count)} {numbers}")
    if progress.refused:
        lines.append(f"All refused lines, and why: {rejects_path}")
    if progress.undated:
        when = "to happen now" if dry_run else "to have happened during the import"
        noun = plural("message", progress.undated)
        lines.append(f"Without a timestamp, and so taken {when}: {progress.undated:,} {noun}.")
    return "\n".join(lines)


def plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun + "s"


def _row(name: str, count: int, remark: str = "") -> str:
    return f"  {name:<10} {count:>12,}  {remark}".rstrip()


def _duplicates(progress: Progress) -> str:
    if not progress.duplicates:
        return ""
    unsure = (
        f"; up to {progress.unsure:,} were sent by this import just before it was cut off" if progress.unsure else ""
    )
    return f"stored before, or twice in the file{unsure}"
