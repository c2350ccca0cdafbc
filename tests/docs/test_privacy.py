"""docs/privacy.md takes the policy sentence by sentence, and what it names is there."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from scripts.local.layout import ROOT
from scripts.stack_environment import read_environment
from tests.conftest import Connection

POLICY = (ROOT / "docs" / "privacy-policy.md").read_text()
DOCUMENT = (ROOT / "docs" / "privacy.md").read_text()
ROWS = re.findall(r"^\| (?!the policy says|---)(.+?) \| (.+?) \| (.+?) \|$", DOCUMENT, re.MULTILINE)
# How an address that the product calls ends, and whose it is.
PROVIDERS = {
    ".supabase.co": "Supabase",
    ".upstash.io": "Upstash",
    "api.resend.com": "Resend",
    "api.lemonsqueezy.com": "Lemon Squeezy",
    "app.example.com": "Vercel",  # the product's own, which Vercel hosts
}


def sentences(policy: str) -> Iterator[str]:
    """Every sentence in order, without headings, the places of the lists and the brackets around addresses."""
    for paragraph in re.split(r"\n{2,}", policy):
        if not paragraph.startswith(("#", "<!--")):
            plain = " ".join(re.sub("[<>]", "", paragraph).split())
            yield from re.split(r"(?<=\.) (?=[A-Z])", plain)


def test_every_sentence_of_the_policy_is_here_in_its_order() -> None:
    assert [row[0] for row in ROWS] == list(sentences(POLICY))


def test_a_sentence_ends_where_it_ends() -> None:
    text = "# No\n\nOne (e.g., GDPR). Two: Yes, <a@b.co>.\nThree;\n\n<!-- no -->\n\nFour"
    assert list(sentences(text)) == ["One (e.g., GDPR).", "Two: Yes, a@b.co.", "Three;", "Four"]


def test_nothing_is_still_to_come() -> None:
    assert [sentence for sentence, *made in ROWS if "TO COME" in "".join(made)] == []


@pytest.mark.parametrize(("sentence", "made", "proved"), ROWS, ids=range(len(ROWS)))
def test_each_names_code_and_tests_that_are_there(sentence: str, made: str, proved: str) -> None:
    if "TO COME" in made:
        return  # which test_nothing_is_still_to_come forbids
    files = re.findall(r"`([\w./-]+/[\w.-]+|[\w.-]+\.json|\.env\.example)`", made)
    tests = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", proved)
    assert files and len(tests) == proved.count("::") > 0, sentence
    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert [test for file, test in tests if f"\ndef {test}(" not in (ROOT / file).read_text()] == []


def written_addresses(file: Path) -> Iterator[str]:
    """The addresses in a source file's strings, its docstrings apart."""
    tree = ast.parse(file.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield from re.findall(r"https?://[\w.-]+", node.value)


def addresses() -> set[str]:
    """Every address that the product calls by itself: all others are a founder's."""
    sources = [*(ROOT / "api").glob("*.py"), *(ROOT / "lib").glob("*.py")]
    configured = read_environment(ROOT / ".env.example").values()
    return {
        *(address for file in sources for address in written_addresses(file)),
        *(value for value in configured if "://" in value),
    }


def test_the_product_talks_to_the_providers_in_the_policy_alone() -> None:
    def provider(address: str) -> str:
        host = urlsplit(address).hostname or ""
        return next((name for end, name in PROVIDERS.items() if host.endswith(end)), host)

    listed = next(sentence for sentence in sentences(POLICY) if sentence.startswith("We rely on"))
    found = {provider(address) for address in addresses()}
    assert found == {name for name in PROVIDERS.values() if name in listed} == set(PROVIDERS.values())


def test_no_provider_is_called_without_tls() -> None:
    assert [address for address in addresses() if not address.startswith("https://")] == []


@pytest.mark.parametrize("path", ["/", "/privacy", "/api/health", "/v1/track", "/nowhere"])
def test_every_answer_asks_for_https_only(http: httpx.Client, path: str) -> None:
    assert http.get(path).headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


def test_mail_of_our_own_is_written_in_two_places() -> None:
    files = [file for folder in ("api", "lib", "scripts") for file in (ROOT / folder).glob("*.py")]
    writers = [
        str(file.relative_to(ROOT)) for file in files if re.search(r"\bemail\(to|\bemail\(notice", file.read_text())
    ]
    assert sorted(writers) == ["lib/notices.py", "scripts/policy_mail.py"]


@pytest.mark.parametrize(
    ("table", "to"),
    [("notices", {"auth.users", "invitations", "workspaces"}), ("announcements", {"auth.users", "private.policies"})],
)
def test_mail_of_our_own_goes_to_accounts_and_invited_people_alone(db: Connection, table: str, to: set[str]) -> None:
    record = json.loads((ROOT / "docs" / "processing.json").read_text())["postgres"]
    [columns] = [each["columns"] for each in record if (each["schema"], each["table"]) == ("private", table)]
    assert not {"to", "to_address", "address", "email", "contact_id"} & {column["column"] for column in columns}
    statement = "select confrelid::regclass::text from pg_constraint where conrelid = %s::regclass and contype = 'f'"
    assert {name for (name,) in db.execute(statement, (f"private.{table}",)).fetchall()} == to
