"""Error codes are part of the API: each is used. That each is documented is looked at in tests/docs."""

from http import HTTPStatus

import pytest

from lib.errors import CODES, Invalid, Unavailable
from scripts.local.layout import ROOT

FILES = [*(ROOT / "api").glob("*.py"), *(ROOT / "lib").glob("*.py"), *(ROOT / "supabase/migrations").glob("*.sql")]
SOURCE = "\n".join(
    line for file in FILES for line in file.read_text().splitlines() if not (file.stem == "errors" and ": (" in line)
)


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_used(code: str) -> None:
    assert f'"{code}"' in SOURCE or f"'{code}'" in SOURCE


@pytest.mark.parametrize(("code", "meaning"), CODES.items())
def test_every_code_has_an_http_status_and_a_sentence(code: str, meaning: tuple[int, str]) -> None:
    status, detail = meaning
    assert HTTPStatus(status).is_client_error or HTTPStatus(status).is_server_error
    assert detail.endswith(".")


def test_an_invalid_message_is_a_422_that_says_where() -> None:
    error = Invalid("id_invalid", "/userId")
    assert error.status == 422
    assert error.as_error("/batch/3") == {
        "pointer": "/batch/3/userId",
        "code": "id_invalid",
        "detail": CODES["id_invalid"][1],
    }


def test_an_outage_says_when_to_come_back() -> None:
    assert Unavailable().headers == {"Retry-After": "5"}
