"""The sensitive-data guard: what people should not send, and send all the same, is replaced before it is stored."""

import re
from collections.abc import Callable
from functools import lru_cache

from lib import sensitive_numbers
from lib.urls import without_queries_in, without_query

REDACTED = "[redacted]"

# A key's words: camelCase, snake_case, kebab-case, dots and spaces all end one.
WORD = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# The words that keys of secret values end with, written together.
SECRET_WORDS = """
pwd password passcode passwordconfirm passwordconfirmation pin pinnumber otp onetimecode
creditcard debitcard paymentcard bankcard cardnumber cardno cardnum ccnumber ccno ccnum pannumber
cvv cvc csc cvn verificationvalue securitycode securityanswer cardcode
ssn itin socialsecurity socialsecuritynumber socialsecurityno socialinsurancenumber nationalinsurancenumber
taxid taxnumber taxidentificationnumber taxpayerid passportnumber passportno
driverlicense driverslicense driverlicence driverslicence drivinglicense drivinglicence
driverlicensenumber driverslicensenumber driverlicencenumber driverslicencenumber drivinglicensenumber
drivinglicencenumber licensenumber licencenumber
iban bankaccount accountnumber accountno routingnumber routingno sortcode
secret apikey accesskey privatekey secretkey signingkey encryptionkey
accesstoken refreshtoken authtoken bearertoken idtoken sessiontoken oauthtoken jwt authorization
"""
SECRET = frozenset(SECRET_WORDS.split())
# These are told at the end of a longer word as well: `userpassword`.
SECRET_ENDINGS = ("password", "passwd", "passphrase", "cardnumber")
# The same for keys of addresses, which may be relative, and of queries.
ADDRESS_WORDS = frozenset(("url", "uri", "href", "link", "referrer", "referer", "path", "pathname", "page", "location"))
ADDRESS_WORDS |= {"src", "route", "redirect"}
QUERY_WORDS = frozenset(("search", "query", "querystring"))
# A key is told by how it ends; what comes before that many characters tells nothing, and may be very long.
KEY_LENGTH = 64
# No key that is shorter holds an address with a query, nor anything sensitive.
SHORTEST_FIND = len("s://h?a=b")
# Compiled by their first use, which most cold starts never come to.
ADDRESS = r"\s*(?:[/?#.]|[^\s?#]*://|\S*\Z)"
BARE_QUERY = r"[^\s=&?#/]+=\S*\Z"
QUERY = rf"\s*(?:[/?#]|[^\s?#]*://)|{BARE_QUERY}"


def redact(value: object) -> tuple[object, int]:
    """A JSON value with what is sensitive in it replaced, and how many were; the same object when nothing was.

    Replaced are card numbers, IBANs and US social security numbers inside strings and keys, whole numbers that are
    cards, and all that stands under a key such as `password` but true, false, null and "".
    """
    count = 0

    def change(key: str, part: object) -> object:
        nonlocal count
        if part is None or part is True or part is False:
            return part
        if key and _is_secret(key[-KEY_LENGTH:]):
            new, found = _redact_whole(part)
        elif isinstance(part, str):
            new, found = redact_text(part)
        else:
            new, found = (REDACTED, 1) if isinstance(part, int | float) and _is_card(part) else (part, 0)
        count += found
        return new

    return _rebuilt(value, change), count


def redact_text(text: str) -> tuple[str, int]:
    """A text with each sensitive number in it replaced, and how many were."""
    spans = sensitive_numbers.spans(text)
    if not spans:
        return text, 0
    kept, at = [], 0
    for start, end in spans:
        kept += [text[at:start], REDACTED]
        at = end
    return "".join([*kept, text[at:]]), len(spans)


def is_sensitive(text: str) -> bool:
    """Whether it holds a sensitive number: an id that does is refused, as "[redacted]" would make many people one."""
    return bool(sensitive_numbers.spans(text))


def without_queries(value: object) -> object:
    """A JSON value whose addresses have only the utm_* parameters of their queries and no fragments.

    Those are absolute addresses anywhere in a string, and relative ones and bare queries under keys such as `url`.
    """
    return _rebuilt(value, _without_queries)


def _rebuilt(value: object, change: Callable[[str, object], object], key: str = "") -> object:
    """A value with each part, keys too, as `change` makes it of (the key it stands under, the part)."""
    changed = change(key, value)
    if changed is not value:
        return changed
    if isinstance(value, dict):
        parts = {name: new for name, part in value.items() if (new := _rebuilt(part, change, name)) is not part}
        names = {name: new for name in value if len(name) >= SHORTEST_FIND and (new := change("", name)) is not name}
        if parts or names:
            return {names.get(name, name): parts.get(name, part) for name, part in value.items()}
    elif isinstance(value, list):
        items = [_rebuilt(item, change, key) for item in value]
        if any(new is not old for new, old in zip(items, value, strict=True)):
            return items
    return value


def _redact_whole(part: object) -> tuple[object, int]:
    return (part, 0) if part in ("", REDACTED) else (REDACTED, 1)


def _is_card(number: float) -> bool:
    return 10**12 <= number < 10**19 and number == int(number) and is_sensitive(str(int(number)))


@lru_cache(4096)
def _is_secret(key: str) -> bool:
    endings = _endings(key)
    return not SECRET.isdisjoint(endings) or any(ending.endswith(SECRET_ENDINGS) for ending in endings)


@lru_cache(4096)
def _address_pattern(key: str) -> str | None:
    """What makes the value of a key an address or a query, if the key says that it is one."""
    endings = _endings(key)
    if not QUERY_WORDS.isdisjoint(endings):
        return QUERY
    return None if ADDRESS_WORDS.isdisjoint(endings) else ADDRESS


def _endings(key: str) -> list[str]:
    """The last word of a key, the last two written together, and so on; all of them without a plural's s as well."""
    words = WORD.findall(key)
    endings = ["".join(words[at:]).lower() for at in range(len(words))]
    return endings + [ending.removesuffix("s") for ending in endings if ending != "pins"]


def _without_queries(key: str, part: object) -> object:
    if not isinstance(part, str) or not ("?" in part or "#" in part or "=" in part):
        return part
    pattern = _address_pattern(key[-KEY_LENGTH:]) if key else None
    if not pattern or not re.match(pattern, part):
        return without_queries_in(part)
    if pattern is QUERY and re.match(BARE_QUERY, part):
        return without_query("?" + part).removeprefix("?")
    return without_query(part)
