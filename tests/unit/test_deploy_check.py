"""What deploy-check must notice, tried on bundles made up here; the real one is built by `make deploy-check`."""

import json
from pathlib import Path

import pytest

from scripts import deploy_check
from scripts.vercel_build import Function


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A built project of one function, one package and one page, with nothing wrong."""
    files = {
        "api/track.py": "",
        "requirements.txt": "# why\nPython_Liquid==2.3.6\n",
        "public/index.html": "",
        "public/widget.js": "",
        "public/app/index.html": "",
        ".vercel/output/static/index.html": "",
        ".vercel/output/static/widget.js": "",
        ".vercel/output/static/app/index.html": "",
        ".vercel/output/config.json": json.dumps({"crons": [{"path": "/api/track", "schedule": "0 9 * * *"}]}),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def faults(project: Path, *extra: str) -> list[str]:
    """What is found when the function's bundle also holds those files."""
    ours = ("api/track.py", "lib/keys.py", "_vendor/python_liquid-2.3.6.dist-info/METADATA")
    track = Function("track", {}, dict.fromkeys([*ours, *extra], project / "api/track.py"))
    return list(deploy_check.artifact_faults(project, {"track": track}))


def test_a_clean_build_has_no_faults(project: Path) -> None:
    assert faults(project) == []


@pytest.mark.parametrize(
    "name", ["tests/unit/test_a.py", "supabase/migrations/1.sql", ".env", ".vercel_python_packages/x.py", "setup.py"]
)
def test_a_file_that_is_not_the_products_is_a_fault(project: Path, name: str) -> None:
    assert faults(project, name) == [f"track ships {name}"]


def test_a_package_that_is_not_pinned_is_a_fault(project: Path) -> None:
    found = faults(project, "_vendor/moto-5.2.5.dist-info/METADATA")
    assert found == ["track ships moto, which requirements.txt does not pin"]


def test_a_file_in_api_that_became_no_function_is_a_fault(project: Path) -> None:
    (project / "api/score.py").touch()
    assert faults(project) == ["api/score.py did not become a function"]


def test_source_served_as_a_file_is_a_fault(project: Path) -> None:
    (project / ".vercel/output/static/Makefile").touch()
    assert faults(project) == ["/Makefile is served, but is not in public/"]


def test_a_widget_that_was_not_built_is_a_fault(project: Path) -> None:
    (project / "public/widget.js").unlink()
    (project / ".vercel/output/static/widget.js").unlink()
    assert faults(project) == ["/widget.js is not served"]


def test_a_scheduled_path_without_a_function_is_a_fault(project: Path) -> None:
    (project / ".vercel/output/config.json").write_text('{"crons": [{"path": "/api/score"}]}')
    assert faults(project) == ["/api/score is scheduled, but is no function"]
