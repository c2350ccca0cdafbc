"""How long a new instance takes to answer its first request, from the start of its process.

Each built function runs under the real vercel-runtime, beside one that imports nothing and is bundled with nothing but
that runtime. Vercel lets no `.pyc` be written at run time, so both kinds of build are measured: with the bytecode that
VERCEL_PYTHON_COMPILEALL=1 puts in, and without, when every start compiles every import.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from scripts.bench.report import Row, table
from scripts.stack_environment import product_environment, stack_environment
from scripts.vercel_build import build, copy_checkout
from scripts.vercel_runtime import Running, bare_python, lay_out, started

GOALS = {True: 2.2, False: 3.5}  # by whether the build has bytecode
EMPTY = """def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]
"""


@dataclass(frozen=True)
class Candidate:
    """A function laid out for measuring, in one kind of build."""

    name: str
    bytecode: bool
    bundle: Path
    built_in: Mapping[str, str]


def run(folder: Path, *, quick: bool) -> str:
    """The table of first answers: medians of 7 rounds (2 if quick), each of which starts every function once."""
    python = bare_python(folder / "python")
    candidates = [*candidates_of(folder / "plain", bytecode=False), *candidates_of(folder / "compiled", bytecode=True)]
    times: dict[tuple[str, bool], list[float]] = {(each.name, each.bytecode): [] for each in candidates}
    for number in range(3 if quick else 8):
        for each in candidates:
            elapsed = first_answer(python, each)
            if number > 0:  # the first round reads files that the later ones find in memory
                times[each.name, each.bytecode].append(elapsed)
    return table("Cold start: process start to first answer (ms)", rows(times))


def candidates_of(folder: Path, *, bytecode: bool) -> Iterator[Candidate]:
    """Builds this checkout and an empty project, and lays their functions out."""
    for project, prepare in ((folder / "checkout", copy_checkout), (folder / "empty", write_empty_project)):
        project.mkdir(parents=True)
        prepare(project)
        for function in build(project, bytecode=bytecode).values():
            bundle = lay_out(function, folder / "functions" / function.name)
            yield Candidate(function.name, bytecode, bundle, function.environment)


def write_empty_project(project: Path) -> None:
    """A project of one function that needs no package."""
    for name, content in {"api/empty.py": EMPTY, "public/index.html": "empty", "requirements.txt": ""}.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(content)
    settings = {"functions": {"api/*.py": {"excludeFiles": "{!(api),!(api)/**}"}}}
    (project / "vercel.json").write_text(json.dumps(settings))


def first_answer(python: Path, candidate: Candidate) -> float:
    """Milliseconds from the start of the process to its answer. /api/track's counts only if it stored an event."""
    with started(python, candidate.bundle, candidate.built_in, product_environment()) as running:
        status, expected = ask(candidate.name, running)
        elapsed = (time.perf_counter() - running.spawned) * 1000
    if status != expected:
        raise RuntimeError(f"{candidate.name} answered {status}: {running.log}")
    return elapsed


def ask(name: str, running: Running) -> tuple[int, int]:
    """The function's first request: status got and wanted. Those that need a caller's key refuse a GET."""
    if name == "track":
        return running.request("POST", "/api/track", event(), {"Content-Type": "text/plain"}).status, 200
    answer = running.request("GET", f"/api/{name}").status
    return answer, 200 if name in {"empty", "health"} else answer


def event() -> bytes:
    """A body of one event that has not been sent before, by the demo workspace's key."""
    message = {"type": "track", "event": "Started", "userId": "cold-start", "messageId": str(uuid.uuid4())}
    return json.dumps({"writeKey": stack_environment()["DEMO_PUBLISHABLE_KEY"], "batch": [message]}).encode()


def rows(times: Mapping[tuple[str, bool], list[float]]) -> Iterator[Row]:
    """One row per function and kind of build, beside the empty function of the same kind."""
    for (name, bytecode), measured in sorted(times.items(), key=lambda item: (not item[0][1], item[0][0])):
        if name != "empty":
            floor, value = median(times["empty", bytecode]), median(measured)
            label = f"/api/{name}, {'bytecode' if bytecode else 'no bytecode'}"
            goal = GOALS[bytecode] if name == "track" else None
            yield Row(label, f"{value:.0f}", f"{floor:.0f}", value / floor, goal)
