"""Limits of Vercel's that only a deployment would report."""

import json
import re

from scripts.local.layout import ROOT

SETTINGS = json.loads((ROOT / "vercel.json").read_text())


def test_no_cron_runs_more_than_once_a_day_since_hobby_refuses_such_a_deployment() -> None:
    assert all(re.match(r"\d+ \d+ ", cron["schedule"]) for cron in SETTINGS["crons"])


def test_what_the_scheduler_may_call_it_does_call() -> None:
    scheduled = {f"/api/{file.stem}" for file in (ROOT / "api").glob("*.py") if "scheduled_at(" in file.read_text()}
    assert sorted(cron["path"] for cron in SETTINGS["crons"]) == sorted(scheduled)


def test_exclude_files_has_at_most_256_characters() -> None:
    assert all(len(function["excludeFiles"]) <= 256 for function in SETTINGS["functions"].values())


def test_no_setting_redirects_a_post() -> None:
    assert not {"trailingSlash", "cleanUrls", "redirects"} & SETTINGS.keys()
