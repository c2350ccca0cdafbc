"""vercel.json, read as Vercel reads it."""

import json
from pathlib import Path

import httpx
import pytest

from scripts.local.routing import Routes


def routes(folder: Path, **settings: object) -> Routes:
    file = folder / "vercel.json"
    file.write_text(json.dumps(settings))
    return Routes.read(file)


def test_a_named_parameter_joins_the_query(tmp_path: Path) -> None:
    read = routes(tmp_path, rewrites=[{"source": "/v1/:type(track|t)", "destination": "/api/track"}])
    assert read.rewritten("/v1/t", "a=1") == ("/api/track", "a=1&type=t")
    assert read.rewritten("/v1/tt", "") == ("/v1/tt", "")


def test_a_parameter_that_the_destination_names_goes_there(tmp_path: Path) -> None:
    read = routes(tmp_path, rewrites=[{"source": "/u/:token", "destination": "/api/:token"}])
    assert read.rewritten("/u/abc", "") == ("/api/abc", "")


def test_headers_of_every_matching_rule_are_added(tmp_path: Path) -> None:
    rules = [
        {"source": "/(.*)", "headers": [{"key": "A", "value": "1"}]},
        {"source": "/((?!api/).*)", "headers": [{"key": "B", "value": "2"}]},
    ]
    read = routes(tmp_path, headers=rules)
    assert read.headers("/page") == [("A", "1"), ("B", "2")]
    assert read.headers("/api/track") == [("A", "1")]


def test_it_refuses_a_setting_that_it_would_not_obey(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="redirects"):
        routes(tmp_path, redirects=[])


def test_a_rewrite_may_lead_to_a_file(http: httpx.Client) -> None:
    assert http.get("/privacy", follow_redirects=False).text == http.get("/privacy.html").text
