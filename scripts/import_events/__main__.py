"""Imports history by secret key, from a file of Segment-spec messages or a CSV."""

from __future__ import annotations

import argparse
import os
import sys
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from lib import limits
from scripts.import_events import sending
from scripts.import_events.entries import Entry, batches, entry
from scripts.import_events.faults import Stop
from scripts.import_events.pace import Pace
from scripts.import_events.progress import (
    Progress,
    Records,
    alone,
    fingerprint,
    key_print,
    resumable,
    write_rejects,
)
from scripts.import_events.reading import Source
from scripts.import_events.report import Bar, summary
from scripts.import_events.sending import KEY_VARIABLE, Outcome, Sender

# argparse ends with 2 where it is called wrongly.
ALL_FINE, SOME_REFUSED, STOPPED, INTERRUPTED = 0, 1, 3, 130

MORE = f"""
The secret key is read from the environment variable {KEY_VARIABLE}.
It is no option, because everybody on the machine can see a command's options.
This asks for it without showing it or keeping it in the shell's history:

  read -rs {KEY_VARIABLE} && export {KEY_VARIABLE}

FILE is UTF-8, and its name ends with
  .jsonl .ndjson  a message of the Segment spec on each line, as /v1/track takes
  .csv            a header, and a message in each row
or with one of these and .gz.

CSV columns
  type (track where empty), event, name (of a page or screen), userId,
  anonymousId, email, timestamp, messageId, groupId, previousId;
  properties.x, traits.x, context.x for what is inside them, properties.x.y for
  what is inside that; properties, traits, context for whole JSON objects.
  An empty cell says nothing. An unknown column is an error.
  In properties.x and its like, true and false are booleans and plain numbers
  are numbers (42, -1.5, at most 15 digits; not 007, +49, 1e5); all else is
  text. A column named properties.x:text is text whatever it holds.

Once each
  A message without a messageId gets one made from its content: importing again
  stores nothing twice, and two lines with the same content are one event (the
  second counts as a duplicate). sentAt is ignored.

Interruptions
  Whatever interrupts it, the same command goes on where it was; FILE.progress
  knows where. Refused lines are in FILE.rejects.jsonl, those of a dry run in
  FILE.dry-run.rejects.jsonl: line number and reason, not what the line holds.

Exit status
  0 all fine, 1 some lines were refused, 2 wrong options, 3 stopped before the
  end, 130 interrupted

More: docs/import.md
"""


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.import_events", description=__doc__, epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("file", metavar="FILE", type=Path, help="what to import")
    parser.add_argument("--url", help="where your ConversionCRM is, such as https://app.example.com")
    parser.add_argument("--dry-run", action="store_true", help="check every line as the API would, and send nothing; "
                        "needs neither key nor --url")  # fmt: skip
    parser.add_argument("--state", metavar="PATH", type=Path, help="where to keep the progress instead of "
                        "FILE.progress; the list of rejects goes beside it")  # fmt: skip
    parser.add_argument("--key-changed", action="store_true", help="go on although the key is another one, since the "
                        "workspace is the same")  # fmt: skip
    options = parser.parse_args(given)
    if not options.dry_run and not options.url:
        parser.error("--url is needed (or --dry-run)")
    return options


def records_of(options: argparse.Namespace) -> Records:
    file: Path = options.file
    state: Path = options.state or file.with_name(file.name + ".progress")
    beside = state.with_name(state.name.removesuffix(".progress"))
    if options.dry_run:
        return Records(beside.with_name(beside.name + ".dry-run.rejects.jsonl"))
    return Records(beside.with_name(beside.name + ".rejects.jsonl"), state)


def begin(options: argparse.Namespace, records: Records) -> Progress:
    """The progress to go on from, or a fresh one. Raises Stop."""
    if options.dry_run:
        return Progress()
    url = sending.checked_url(options.url)
    key = sending.checked_key(os.environ.get(KEY_VARIABLE, ""))
    fresh = Progress(fingerprint=fingerprint(options.file), url=url, key=key_print(key))
    stored = records.load()
    if stored is None or records.state_path is None:
        return fresh
    return resumable(stored, records.state_path, fresh, options.key_changed)


def run(source: Source, records: Records, progress: Progress, *, dry_run: bool) -> None:
    """Reads the file to its end; each batch is on record before the next one is read."""
    pace = None if dry_run else Pace()
    with closing(Bar(source.size, progress, pace)) as bar, records.open_rejects(progress) as rejects:
        sender = Sender(progress.url, sending.session(os.environ[KEY_VARIABLE]), bar.wait, pace) if pace else None
        if progress.read:
            bar.say(f"Going on at line {progress.line:,}, after {progress.read:,} messages.")
        maybe_stored = progress.sending
        most: Callable[[], int] = pace.most if pace else lambda: limits.BATCH_MESSAGES
        for batch in batches(map(entry, source.records(progress.position)), most):
            if progress.read and not bar.done:
                bar.show(source.read)
            outcome = send(sender, batch, records, progress, maybe_stored) if sender else Outcome()
            refused = progress.add(batch, outcome)
            progress.rejects_bytes = write_rejects(rejects, refused) if refused else progress.rejects_bytes
            records.save(progress)
            bar.show(source.read)


def send(sender: Sender, batch: list[Entry], records: Records, progress: Progress, maybe_stored: int) -> Outcome:
    messages = [each for each in batch if each.body]
    if not messages:
        return Outcome()
    sender.wait_for_room(len(messages))
    progress.sending = messages[-1].line
    records.save(progress)
    return sender.send(messages, again=messages[0].line <= maybe_stored)


def imported(options: argparse.Namespace) -> int:
    """Imports, and returns the exit status. Whatever it raises says in a note how to go on, if there is a way."""
    with closing(Source(options.file)) as source, alone(source.file, options.file.name):
        records = records_of(options)
        progress = begin(options, records)
        try:
            run(source, records, progress, dry_run=options.dry_run)
        except (Exception, KeyboardInterrupt) as error:
            if progress.read and not options.dry_run:
                error.add_note(f"The same command goes on at line {progress.line:,}.")
            raise
        records.finish(progress)
    print(summary(options.file.name, progress, records.rejects_path, dry_run=options.dry_run))
    return SOME_REFUSED if progress.refused else ALL_FINE


def main() -> int:
    options = arguments()
    try:
        return imported(options)
    except Stop as stop:
        return ended(STOPPED, stop, str(stop))
    except KeyboardInterrupt as interrupt:
        return ended(INTERRUPTED, interrupt, "Interrupted.")
    except OSError as error:
        return ended(STOPPED, error, f"{error.filename or options.file}: {error.strerror or error}.")
    except (EOFError, zlib.error) as error:
        return ended(STOPPED, error, f"{options.file} is damaged: {error}.")


def ended(status: int, error: BaseException, problem: str) -> int:
    print("\n".join([problem, *getattr(error, "__notes__", ())]), file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
