"""Builds what a deploy would ship, says what must not be in it, and lets each built function answer.

Run it as `make deploy-check`, with the local stack up: the functions talk to that one's database, Redis and mail.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from scripts.local.layout import ROOT
from scripts.stack_environment import product_environment, stack_environment
from scripts.vercel_build import BuildFailed, Function, build, copy_checkout
from scripts.vercel_runtime import LAUNCHER, Answer, Running, StartFailed, bare_python, lay_out, started

MOST_FUNCTIONS = 12  # what a Hobby deployment was limited to; staying there keeps every plan possible
LARGEST = 225_000_000  # beyond this many bytes Vercel installs the dependencies at each cold start
BUILT = {"widget.js", "app/index.html"}  # into public/, by package.json's script
BROUGHT_BY_VERCEL = {"pip", "vercel-runtime"}


def artifact_faults(project: Path, functions: Mapping[str, Function]) -> Iterator[str]:
    """Everything that is wrong with what was built, as sentences."""
    yield from function_faults(project, functions)
    for function in functions.values():
        yield from bundle_faults(project, function)
    yield from static_faults(project)
    yield from cron_faults(project, functions)


def function_faults(project: Path, functions: Mapping[str, Function]) -> Iterator[str]:
    """Each file in api/ is a function, and nothing else is."""
    sources = {path.stem for path in (project / "api").rglob("*.py") if not path.name.startswith(("_", "."))}
    yield from (f"api/{name}.py did not become a function" for name in sorted(sources - functions.keys()))
    yield from (f"a function {name} was built that is no file of api/" for name in sorted(functions.keys() - sources))
    if len(functions) > MOST_FUNCTIONS:
        yield f"{len(functions)} functions, where {MOST_FUNCTIONS} is the most"


def bundle_faults(project: Path, function: Function) -> Iterator[str]:
    """A bundle holds api/, lib/, the packages of requirements.txt and the launcher: no tests, SQL, secrets or tools."""
    foreign = {name for name in function.files if not is_ours(name)}
    yield from (f"{function.name} ships {name}" for name in sorted(foreign))
    unlisted = distributions(function.files) - required(project) - BROUGHT_BY_VERCEL
    yield from (f"{function.name} ships {name}, which requirements.txt does not pin" for name in sorted(unlisted))
    if function.size() > LARGEST:
        yield f"{function.name} has {function.size()} bytes, where {LARGEST} is the most"


def is_ours(name: str) -> bool:
    """Whether a file may be in a bundle."""
    top = PurePosixPath(name).parts[0]
    return top in {"_vendor", "api", "lib"} or name == LAUNCHER


def distributions(files: Iterable[str]) -> set[str]:
    """The installed packages of a bundle, by normalised name."""
    found = (re.match(r"_vendor/(.+?)-[^-/]+\.dist-info/METADATA$", name) for name in files)
    return {normalised(match[1]) for match in found if match}


def required(project: Path) -> set[str]:
    """The packages that requirements.txt names, by normalised name."""
    lines = (project / "requirements.txt").read_text().splitlines()
    return {normalised(re.split(r"[=<>~!\[; ]", line)[0]) for line in lines if line and not line.startswith("#")}


def normalised(name: str) -> str:
    """A package's name as PyPI compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def static_faults(project: Path) -> Iterator[str]:
    """What is served as files is public/, the built widget and the built dashboard, nothing else."""
    static = project / ".vercel/output/static"
    served = {str(path.relative_to(static)) for path in static.rglob("*") if path.is_file()}
    public = {str(path.relative_to(project / "public")) for path in (project / "public").rglob("*") if path.is_file()}
    yield from (f"/{name} is served, but is not in public/" for name in sorted(served - public))
    yield from (f"/{name} is not served" for name in sorted((public | BUILT) - served))


def cron_faults(project: Path, functions: Mapping[str, Function]) -> Iterator[str]:
    """Each scheduled path is a function."""
    crons = json.loads((project / ".vercel/output/config.json").read_text()).get("crons", [])
    paths = {cron["path"] for cron in crons}
    yield from (f"{path} is scheduled, but is no function" for path in paths if path[len("/api/") :] not in functions)


def event(key: str) -> bytes:
    """A body of one event that has not been sent before."""
    name = str(uuid.uuid4())
    message = {"type": "track", "event": "Deploy Checked", "anonymousId": "deploy-check", "messageId": name}
    return json.dumps({"writeKey": key, "batch": [message]}).encode()


def stores_an_event(track: Running, key: str) -> Answer:
    """Sends one event with that key."""
    return track.request("POST", "/api/track", event(key), {"Content-Type": "text/plain"})


def unknown_key() -> str:
    """A well-formed publishable key that nobody has. Made apart, since lib reads its environment when imported."""
    program = "from lib.keys import generate; print(generate('publishable'))"
    environment = {**os.environ, **product_environment()}
    made = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True, capture_output=True)
    return made.stdout.decode().strip()


def smoke_faults(start: Callable[[str], Running], demo_key: str) -> Iterator[str]:
    """Asks the started functions what only a working deployment answers right."""
    track = start("track")
    stored = stores_an_event(track, demo_key)
    answers = {
        "GET /api/health": (start("health").request("GET", "/api/health"), 200),
        "POST /api/track with the demo key": (stored, 200),
        "GET /api/track": (track.request("GET", "/api/track"), 405),
        "POST /api/track with an unknown key": (stores_an_event(track, unknown_key()), 401),
        "GET /api/send-email without the secret": (start("send-email").request("GET", "/api/send-email"), 401),
    }
    for request, (answer, expected) in answers.items():
        if answer.status != expected:
            yield f"{request} answered {answer.status} instead of {expected}: {answer.body[:400]!r}"
    if b'"accepted":1' not in stored.body.replace(b" ", b""):
        yield f"the event was not stored: {stored.body!r}"


def start_faults(functions: Mapping[str, Function], folder: Path, stack: ExitStack) -> Iterator[str]:
    """Starts every function under the runtime it was built with, then asks them."""
    python, environment, running = bare_python(folder / "python"), product_environment(), dict[str, Running]()
    for name, function in functions.items():
        bundle = lay_out(function, folder / "functions" / name)
        try:
            running[name] = stack.enter_context(started(python, bundle, function.environment, environment))
        except StartFailed as failure:
            yield f"{name} did not start: {failure}"
    if running.keys() == functions.keys():
        yield from smoke_faults(running.__getitem__, stack_environment()["DEMO_PUBLISHABLE_KEY"])


def faults(project: Path, folder: Path) -> Iterator[str]:
    """Builds the checkout and yields everything that keeps it from being deployed."""
    copy_checkout(project)
    begun = time.monotonic()
    functions = build(project, bytecode=True)
    print(f"built {len(functions)} functions in {time.monotonic() - begun:.1f} s")
    for function in functions.values():
        print(f"  {function.name:<20} {function.size() / 1e6:6.1f} MB  {len(function.files):5} files")
    yield from artifact_faults(project, functions)
    with ExitStack() as stack:
        yield from start_faults(functions, folder, stack)


def main() -> int:
    """Prints each fault; 0 when there is none."""
    with tempfile.TemporaryDirectory(prefix="deploy-check-") as folder:
        try:
            found = list(faults(Path(folder, "project"), Path(folder)))
        except BuildFailed as failure:
            found = [str(failure)]
    for fault in found:
        print(f"deploy-check: {fault}", file=sys.stderr)
    print("deploy-check:", f"{len(found)} faults" if found else "the built functions answer as they should")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
