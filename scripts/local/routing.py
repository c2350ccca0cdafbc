"""What vercel.json says about a request: https://vercel.com/docs/project-configuration"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

UNDERSTOOD = {
    "$schema", "cleanUrls", "crons", "framework", "functions", "headers", "outputDirectory", "regions", "rewrites"
}  # fmt: skip
# A path's parts, as in path-to-regexp 6: `:name`, `:name(pattern)`, a bare `(pattern)`, or text.
NESTED = r"(?:[^()]|\([^()]*\))*"
PARTS = re.compile(rf":(?P<name>\w+)(?:\((?P<own>{NESTED})\))?(?P<many>[*+]?)|\((?P<bare>{NESTED})\)")


@dataclass(frozen=True)
class Rewrite:
    source: re.Pattern[str]
    destination: str


@dataclass(frozen=True)
class HeaderRule:
    source: re.Pattern[str]
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Routes:
    rewrites: tuple[Rewrite, ...]
    header_rules: tuple[HeaderRule, ...]
    crons: tuple[str, ...]
    clean_urls: bool

    @classmethod
    def read(cls, file: Path) -> Routes:
        """The file's routes. Raises ValueError for a setting that this server would silently not obey."""
        settings = json.loads(file.read_text())
        unknown = settings.keys() - UNDERSTOOD
        if unknown:
            raise ValueError(f"vercel.json: scripts/local/routing.py does not know {', '.join(sorted(unknown))}")
        return cls(
            tuple(Rewrite(compiled(rule), rule["destination"]) for rule in settings.get("rewrites", [])),
            tuple(HeaderRule(compiled(rule), pairs(rule["headers"])) for rule in settings.get("headers", [])),
            tuple(cron["path"] for cron in settings.get("crons", [])),
            bool(settings.get("cleanUrls")),
        )

    def headers(self, path: str) -> list[tuple[str, str]]:
        """What is added to the answer, whoever gives it."""
        return [pair for rule in self.header_rules if rule.source.fullmatch(path) for pair in rule.headers]

    def rewritten(self, path: str, query: str) -> tuple[str, str]:
        """Where the first matching rewrite leads. Parameters that its destination doesn't name join the query."""
        for rule in self.rewrites:
            match = rule.source.fullmatch(path)
            if match is not None:
                return rewritten(rule.destination, match.groupdict(), query)
        return path, query


def rewritten(destination: str, parameters: Mapping[str, str], query: str) -> tuple[str, str]:
    path, _, own_query = destination.partition("?")
    for name, value in parameters.items():
        path = re.sub(rf":{name}\b\*?", value or "", path)
    unnamed = {name: value for name, value in parameters.items() if f":{name}" not in destination and value}
    return path, "&".join(part for part in (query, own_query, urlencode(unnamed)) if part)


def compiled(rule: Mapping[str, Any]) -> re.Pattern[str]:
    if rule.keys() - {"source", "destination", "headers"}:
        raise ValueError(f"vercel.json: scripts/local/routing.py does not know all of {sorted(rule)}")
    return re.compile("".join(expression(rule["source"])))


def expression(source: str) -> Iterable[str]:
    end = 0
    for part in PARTS.finditer(source):
        yield re.escape(source[end : part.start()])
        yield one(part)
        end = part.end()
    yield re.escape(source[end:])


def one(part: re.Match[str]) -> str:
    if part["bare"] is not None:
        return f"({part['bare']})"
    return f"(?P<{part['name']}>{'.*' if part['many'] else part['own'] or '[^/]+'})"


def pairs(headers: Iterable[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((header["key"], header["value"]) for header in headers)
