"""openapi.yaml is valid, names what is there, has the limits and codes of the code, and its examples are true."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from openapi_spec_validator import validate

from lib import limits
from lib.errors import CODES
from scripts.local.layout import ROOT
from tests import lemonsqueezy
from tests.conftest import Connection, Session, Workspace, rules_of
from tests.webhooks import signed

DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
METHODS = ("get", "head", "post")
# What the examples name that only a workspace can have.
EXAMPLE_KEY, EXAMPLE_DRAFT = "pk_00YOURPUBLISHABLEKEY", "3f0d3a52-6f0b-4c58-9a53-0d2f1f6a7b10"
EXAMPLE_WORKSPACE, EXAMPLE_NAME = "0b9f4a52-6c1d-4c8e-9a55-2f1d3c5b7e90", "Acme Analytics"
# What only people may call, they call by this.
EXAMPLE_TOKEN = "a signed-in owner's token"
BY_PEOPLE = ("/api/settings", "/api/delete-workspace", "/api/export")
# What only scripts refuse, for whom operators run by hand.
OF_SCRIPTS = {"last_owner"}


def followed(node: Any) -> Any:
    """What a reference stands for."""
    while isinstance(node, dict) and set(node) == {"$ref"}:
        target: Any = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/")]
        node = target
    return node


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in followed(item):
                yield path, method, followed(item)[method]


def content(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from followed(node).get("content", {}).items()


def valid(value: object, schema: dict[str, Any]) -> None:
    """Raises for a value that breaks the schema, whose references lead into the document."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": DOCUMENT["components"], **schema}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(whole, format_checker=checker).validate(value)


@dataclass(frozen=True)
class Example:
    """A request, and the status that the document gives an example of the same name."""

    path: str
    method: str
    media_type: str
    name: str
    body: Any
    status: str

    def __str__(self) -> str:
        return f"{self.path} {self.media_type} {self.name} {self.status}"


def requests() -> Iterator[Example]:
    """Those of tracking come first, so that there is a contact to ask for and to mail."""
    for path, method, operation in operations():
        for media_type, shape in content(operation.get("requestBody", {})):
            for name, example in shape.get("examples", {}).items():
                yield Example(path, method, media_type, name, example["value"], status_of(operation, name))


def status_of(operation: dict[str, Any], name: str) -> str:
    return next(
        str(status)
        for status, response in operation["responses"].items()
        for _, shape in content(response)
        if name in shape.get("examples", {})
    )


def answers() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    for path, method, operation in operations():
        for status, response in operation["responses"].items():
            for _, shape in content(response):
                named = {name: example["value"] for name, example in shape.get("examples", {}).items()}
                for name, value in (named | {"": shape["example"]} if "example" in shape else named).items():
                    yield f"{method} {path} {status} {name}", value, shape["schema"]


def test_it_is_valid_openapi() -> None:
    validate(DOCUMENT)


# What is there


def test_it_names_every_endpoint_and_method(http: httpx.Client) -> None:
    urls = {f"/api/{file.stem}" for file in (ROOT / "api").glob("*.py")}
    assert urls == {path for path in DOCUMENT["paths"] if path.startswith("/api/")}
    for url in urls:
        named = {method.upper() for path, method, _ in operations() if path == url}
        assert set(http.request("PATCH", url).headers["Allow"].split(", ")) == named | {"OPTIONS"}, url


def test_it_names_every_rewrite() -> None:
    rewrites = json.loads((ROOT / "vercel.json").read_text())["rewrites"]
    sources = {rule["source"].rstrip("/") for rule in rewrites if rule["destination"].startswith("/api/")}
    [source] = sources  # with and without a closing slash
    there = set(source.removeprefix("/v1/:type(").removesuffix(")").split("|"))
    routed = set(DOCUMENT["paths"]["/v1/{type}"]["post"]["parameters"][0]["schema"]["enum"])
    batches = {path.removeprefix("/v1/") for path in DOCUMENT["paths"] if re.fullmatch("/v1/[a-z]+", path)}
    assert routed | batches == there
    assert not routed & batches


def test_its_short_routes_are_those_of_the_code() -> None:
    from lib.messages import type_of_route  # reads the environment at import

    for name in DOCUMENT["paths"]["/v1/{type}"]["post"]["parameters"][0]["schema"]["enum"]:
        assert type_of_route(name), name
    assert type_of_route("batch") is type_of_route("b") is type_of_route("import") is None


# Codes and limits


def test_its_codes_are_those_of_the_code() -> None:
    assert SCHEMAS["Code"]["enum"] == list(CODES)


def test_every_code_stands_under_its_status() -> None:
    found = set()
    responses = [pair for _, _, operation in operations() for pair in operation["responses"].items()]
    for status, response in [*responses, ("405", DOCUMENT["components"]["responses"]["MethodNotAllowed"])]:
        for media_type, shape in content(response):
            if media_type == "application/problem+json":
                codes = shape["schema"]["properties"]["code"]["enum"]
                assert {str(CODES[code][0]) for code in codes} == {status}, codes
                found |= set(codes)
    # The rest are of one message: in `errors` and `rejected`.
    assert {code for code, (status, _) in CODES.items() if status != 422} - found == OF_SCRIPTS


def test_its_limits_are_those_of_the_code() -> None:
    envelope, traits = SCHEMAS["Envelope"], SCHEMAS["Traits"]
    assert SCHEMAS["Batch"]["properties"]["batch"]["maxItems"] == limits.BATCH_MESSAGES
    assert SCHEMAS["IdentifyBatch"]["properties"]["batch"]["maxItems"] == limits.BATCH_MESSAGES
    assert SCHEMAS["LookupList"]["properties"]["contacts"]["maxItems"] == limits.LOOKUPS
    assert SCHEMAS["Track"]["properties"]["event"]["maxLength"] == limits.EVENT_NAME_LENGTH
    ids = [SCHEMAS["Id"], SCHEMAS["GivenId"], SCHEMAS["Lookup"]["properties"]["userId"]]
    assert {each["maxLength"] for each in ids} == {limits.ID_LENGTH}
    objects = [envelope, traits, SCHEMAS["MaybeObject"], SCHEMAS["Email"]["properties"]["variables"]]
    assert {each["maxProperties"] for each in objects} == {limits.OBJECT_KEYS}
    assert traits["propertyNames"]["maxLength"] == limits.TRAIT_NAME_LENGTH
    assert SCHEMAS["Index"]["maximum"] == limits.BATCH_MESSAGES - 1


@pytest.mark.parametrize(
    "words",
    [
        f"at most {limits.BODY_BYTES // 1024} KiB",
        f"at most {limits.MESSAGE_BYTES // 1024} KiB",
        f"at most {limits.DEPTH} levels",
        f"{limits.MESSAGES_PER_MINUTE} messages a minute",
        f"{limits.MESSAGES_PER_MINUTE_AND_ADDRESS} from one client address",
        f"{limits.CLOCK_TOLERANCE.seconds // 60} minutes ahead",
        f"{limits.MAX_AGE_PUBLISHABLE.days} days back",
        f"{limits.MAX_AGE_SECRET.days} by secret key",
        f"kinds: {limits.TEST_MAILS_PER_MINUTE} a minute",
        f"{limits.EXPORT_CALLS_PER_MINUTE} calls a minute",
        f"mails all owners: {limits.DELETIONS_PER_MINUTE} a minute",
    ],
)
def test_it_says_the_limits_that_a_schema_can_not_express(words: str) -> None:
    assert words in " ".join((ROOT / "openapi.yaml").read_text().split())


def test_what_an_email_takes_is_what_the_code_takes() -> None:
    from lib import bodies  # reads the environment at import

    for schema, model in (("Email", bodies.MessageBody), ("Draft", bodies.Draft)):
        made = model.model_json_schema()["properties"]
        for name, shape in SCHEMAS[schema]["properties"].items():
            lengths = [part for part in made[name].get("anyOf", []) if "maxLength" in part]
            assert [part["maxLength"] for part in lengths] == ([shape["maxLength"]] if "maxLength" in shape else []), (
                name
            )
        assert made.keys() == SCHEMAS[schema]["properties"].keys()


# Examples


def test_every_example_is_answered_as_documented(
    http: httpx.Client, db: Connection, workspace: Workspace, alice: Session
) -> None:
    http.headers["Authorization"] = f"Bearer {workspace.secret_key}"
    statement = "insert into public.rule_drafts (workspace_id, rules) values (%s, %s) returning id"
    rules = json.dumps(rules_of(db, workspace) | {"halfLifeDays": 7})
    draft = str(db.execute(statement, (workspace.id, rules)).fetchall()[0][0])
    own = {EXAMPLE_KEY: workspace.publishable_key, EXAMPLE_DRAFT: draft, EXAMPLE_WORKSPACE: str(workspace.id)}
    own |= {EXAMPLE_TOKEN: alice.access_token}
    db.execute("update public.workspaces set name = %s where id = %s", (EXAMPLE_NAME, workspace.id))
    wrong = [fault for example in requests() if (fault := fault_of(http, own, example))]
    assert wrong == []


def fault_of(http: httpx.Client, own: Mapping[str, str], example: Example) -> str:
    """What is wrong with the answer to an example, if anything."""
    text = json.dumps(example.body)
    for named, ours in own.items():
        text = text.replace(named, ours)
    url = example.path.replace("{type}", "track")
    headers = {"Content-Type": example.media_type}
    if "writeKey" in example.body:
        headers["Authorization"] = ""
    if example.path == "/api/resend-webhook":
        headers |= signed(os.environ["RESEND_WEBHOOK_SECRET"], text.encode())
    if example.path == "/api/lemonsqueezy-webhook":
        secret = os.environ["LEMONSQUEEZY_WEBHOOK_SECRET"]
        headers |= {"X-Signature": lemonsqueezy.signature(secret, text.encode())}
    if example.path in BY_PEOPLE:
        headers["Authorization"] = f"Bearer {own[EXAMPLE_TOKEN]}"
    answer = http.request(example.method, url, content=text, headers=headers)
    if str(answer.status_code) != example.status:
        return f"{example}: {answer.status_code} {answer.text}"
    [shape] = [shape for path, method, operation in operations() if (path, method) == (example.path, example.method)
               for media_type, shape in content(operation["responses"][example.status])
               if answer.headers["Content-Type"].startswith(media_type)]  # fmt: skip
    valid(answer.json(), shape["schema"])
    return ""


def test_what_a_score_takes_is_what_the_code_takes() -> None:
    from lib import bodies  # reads the environment at import

    lookup, beside = bodies.Lookup.model_json_schema()["properties"], {"workspaceId", "on"}
    assert SCHEMAS["LookupAlone"]["properties"].keys() == lookup.keys() | beside
    models: dict[str, type[bodies.Body]] = {
        "LookupList": bodies.ScoreBody, "Recompute": bodies.RecomputeBody, "AskedPreview": bodies.PreviewBody,
    }  # fmt: skip
    for name, model in models.items():
        assert SCHEMAS[name]["properties"].keys() == model.model_json_schema()["properties"].keys(), name


def test_what_contact_and_delete_workspace_take_is_what_the_code_takes() -> None:
    from lib import privacy_bodies as taken  # reads the environment at import
    from lib.bodies import Body

    models: dict[str, type[Body]] = {
        "AccessRequest": taken.AccessBody, "Correction": taken.CorrectBody, "ErasureRequest": taken.EraseBody,
        "ContactExportRequest": taken.ExportContactBody, "ContactExportLook": taken.ContactExportBody,
        "Place": taken.Place, "DeletionOfWorkspace": taken.DeletionBody, "CancelledDeletion": taken.CancelDeletionBody,
    }  # fmt: skip
    for name, model in models.items():
        made = model.model_json_schema()
        assert SCHEMAS[name]["properties"].keys() == made["properties"].keys(), name
        assert set(SCHEMAS[name]["required"]) == set(made["required"]), name


def test_its_unfinished_states_are_those_of_the_code() -> None:
    from lib.scoring import UNFINISHED  # reads the environment at import

    operation = DOCUMENT["paths"]["/api/score"]["post"]
    statuses = {
        status: {
            word
            for shape in operation["responses"][status]["content"]["application/json"]["schema"]["oneOf"]
            for said in [shape.get("properties", {}).get("status", {})]
            for word in said.get("enum", [said.get("const")])
        }
        for status in ("200", "202")
    }
    assert statuses["202"] == set(UNFINISHED)
    assert not statuses["200"] & statuses["202"]


def test_a_request_shown_as_accepted_is_valid_unless_a_part_of_it_is_rejected() -> None:
    for path, method, operation in operations():
        shown = {name: value for key, value, _ in answers() for name in [key.removeprefix(f"{method} {path} 200 ")]}
        for _, shape in content(operation.get("requestBody", {})):
            for name, example in shape.get("examples", {}).items():
                if status_of(operation, name).startswith("2") and not shown.get(name, {}).get("rejected"):
                    valid(example["value"], shape["schema"])


@pytest.mark.parametrize(("value", "schema"), [pytest.param(v, s, id=name) for name, v, s in answers()])
def test_every_answer_shown_is_valid(value: Any, schema: dict[str, Any]) -> None:
    valid(value, schema)


def test_every_problem_shown_says_what_the_code_says() -> None:
    for _, value, _ in answers():
        for part in [value, *value.get("errors", []), *value.get("rejected", [])]:
            # What is wrong with a template is told in Liquid's words.
            if part.get("code") in CODES and part["code"] != "template_invalid":
                assert part["detail"] == CODES[part["code"]][1]
