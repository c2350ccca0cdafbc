"""Where card numbers, IBANs and US social security numbers stand in a text.

Pure, and linear in the length of the text, which may be hostile. What is found never depends on what another find
hides: redacting a second time finds nothing more. So cards and IBANs are looked for first, then social security
numbers with hyphens, then those with spaces, which are the most easily mistaken.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

# First and last four digits that a network's numbers begin with, and how many digits they have.
NETWORKS = (
    (4000, 4999, (13, 16, 19)),  # Visa
    (5100, 5599, (16,)),  # Mastercard
    (2221, 2720, (16,)),
    (3400, 3499, (15,)),  # American Express
    (3700, 3799, (15,)),
    (3000, 3059, (14,)),  # Diners Club
    (3600, 3699, (14,)),
    (3800, 3899, (14,)),
    (6011, 6011, (16, 17, 18, 19)),  # Discover
    (6440, 6599, (16, 17, 18, 19)),
    (3528, 3589, (16, 17, 18, 19)),  # JCB
    (6200, 6299, (16, 17, 18, 19)),  # UnionPay
)
CARD_LENGTHS = {str(start): lengths for first, last, lengths in NETWORKS for start in range(first, last + 1)}
CARD_DIGITS = 19
DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")

# What follows country and check digits: how many digits (n), letters (a) or either (c). SWIFT's registry, release 101.
IBANS = """
AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BI23n BR23n1a1c BY4c4n16c CH5n12c CR18n CY8n16c CZ20n
DE18n DJ23n DK14n DO4c20n EE16n EG25n ES20n FI14n FK2a12n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n GR7n16c GT24c
HN4a20n HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c LT16n
LU3n13c LV4a13c LY21n MC10n11c2n MD20c ME18n MK3n10c2n MN16n MR23n MT4a5n18c MU4a19n3a NI4a20n NL4a10n NO11n OM3n16c
PK4a16c PL24n PS4a21c PT21n QA4a21c RO4a16c RS18n RU14n15c SA2n18c SC4a20n3a SD14n SE20n SI15n SK20n SM1a10n12c SO19n
ST21n SV4a20n TL19n TN20n TR6n16c UA6n19c VA18n VG4a16n XK16n YE4a4n18c
"""
IBAN_SHAPES = {shape[:2]: shape[2:] for shape in IBANS.split()}
IBAN_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "c": "[0-9A-Z]"}
# ISO 13616: a letter counts as two digits, A as 10.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
IBAN_DIGITS = {character: str(value) for value, character in enumerate("0123456789" + LETTERS)}

ALPHANUMERIC = frozenset("0123456789" + LETTERS + LETTERS.lower())
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63"
INVISIBLE = "\xad\u200b\u200c\u200d\u2060\ufeff"
FULL_WIDTH = range(0xFF01, 0xFF5F)  # of which each stands 0xFEE0 after its ASCII character

SEPARATOR = "(?:[ .+-]|%20)"
# Whatever is found below contains this; it begins with a digit so that a text without any is passed over quickly.
SUSPECT = re.compile(
    rf"[0-9](?:(?<=[2-6])[0-9]{{3}}(?:{SEPARATOR}?[0-9]){{9}}"
    r"|[0-9]{2}[- ][0-9]{2}[- ][0-9]{4}"
    rf"|(?<=[A-Za-z]{{2}}.)[0-9]{SEPARATOR}?[0-9A-Za-z]{{4}}{SEPARATOR}?[0-9A-Za-z]{{4}})"
)
DIGIT = re.compile(r"\d")
# Compiled by their first use, which most cold starts never come to.
NOT_ASCII = r"[^\x00-\x7f]"
DIGIT_GROUP = rf"{SEPARATOR}?([0-9]+)"
CHECK_DIGITS = r"[0-9](?<=[A-Za-z]{2}.)[0-9]"
SSN = r"[0-9]{3}([- ])(?!00)[0-9]{2}\1(?!0000)[0-9]{4}(?![0-9A-Za-z])"
UUID = r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Za-z])"

Span = tuple[int, int]


def spans(text: str) -> list[Span]:
    """Where each begins and ends, in order and apart from each other; what overlaps counts as one."""
    if len(text) < len("AAA-GG-SSSS"):
        return []
    if not text.isascii() and DIGIT.search(text):
        text = re.sub(NOT_ASCII, lambda match: _as_ascii(match[0]), text)
    if not SUSPECT.search(text):
        return []
    if "-" in text:
        text = re.sub(UUID, "x" * 36, text)
    found = _merged([*_ibans(text)])
    found = _merged([*found, *_cards(text, {end for _, end in found})])
    for separator in "- ":
        found = _merged([*found, *_ssns(text, separator, found)])
    return found


@lru_cache(1024)
def _as_ascii(character: str) -> str:
    """One character for one, so that positions stay: digits of any script, full-width letters, blanks and dashes."""
    if character.isdecimal():
        return str(int(character))
    if ord(character) in FULL_WIDTH:
        return chr(ord(character) - 0xFEE0)
    if character.isspace() or character in INVISIBLE:
        return " "
    return "-" if character in DASHES else character


def _merged(found: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _opens(text: str, start: int) -> bool:
    """Whether no letter or digit stands before; those of an escape, as in %3D or \\n, are none."""
    before = text[max(start - 3, 0) : start]
    return before[-1:] not in ALPHANUMERIC or (len(before) == 3 and before[0] == "%") or before[-2:-1] == "\\"


# Cards

# A group of digits: where the separator before it begins, where it begins and ends itself, and its digits.
Group = tuple[int, int, int, str]


def _cards(text: str, ends: set[int]) -> list[Span]:
    """Card numbers; `ends` says where IBANs end, and grows."""
    groups = [(match.start(), *match.span(1), match[1]) for match in re.finditer(DIGIT_GROUP, text)]
    found = []
    for index, (_, start, _, digits) in enumerate(groups):
        lengths = CARD_LENGTHS.get(digits[:4])
        if lengths and _may_start(text, groups, index, ends):
            end = _card_end(text, groups, index, lengths)
            if end is not None:
                found.append((start, end))
                ends.add(end)
    return found


def _may_start(text: str, groups: list[Group], index: int, ends: set[int]) -> bool:
    lead, start, _, _ = groups[index]
    if lead == start:
        return _opens(text, start)
    # The digits behind a decimal point are no card, unless what stands before the point is one.
    return text[lead] != "." or not index or groups[index - 1][2] != lead or lead in ends


def _card_end(text: str, groups: list[Group], index: int, lengths: tuple[int, ...]) -> int | None:
    """Where the longest card number ends that starts with a group of digits."""
    _, start, end, digits = groups[index]
    found = None
    while len(digits) <= CARD_DIGITS:
        if len(digits) in lengths and _passes_luhn(digits) and _is_card(text, start, end, len(digits)):
            found = end
        index += 1
        if index == len(groups) or groups[index][0] != end:
            break
        end = groups[index][2]
        digits += groups[index][3]
    return found


def _is_card(text: str, start: int, end: int, length: int) -> bool:
    if text[end : end + 1] in ALPHANUMERIC:
        return False
    if length == 13 and text[start - 1 : start] == "+":
        return False  # a telephone number
    written = text[start:end]
    return "." not in written or [len(group) for group in written.split(".")] == [4, 4, 4, 4]


def _passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    number = digits.encode()
    total = sum(number[-1::-2]) + sum(number[-2::-2].translate(DOUBLED)) - ord("0") * len(number)
    return total % 10 == 0


# IBANs


def _ibans(text: str) -> Iterator[Span]:
    for match in re.finditer(CHECK_DIGITS, text):
        start = match.start() - 2
        if _opens(text, start):
            end = _iban_end(text, start)
            if end is not None:
                yield start, end


def _iban_end(text: str, start: int) -> int | None:
    """Where the IBAN ends that starts there, written in one or in groups of four."""
    shape = _iban_shape(text[start : start + 2].upper())
    if shape is None:
        return None
    length, pattern = shape
    separator = "%20" if text.startswith("%20", start + 4) else text[start + 4 : start + 5]
    if separator not in ("%20", " ", "-", "+"):
        separator = ""
    end = start + length + len(separator) * ((length - 1) // 4)
    if text[end : end + 1] in ALPHANUMERIC:
        return None
    iban = text[start:end].replace(separator or " ", "").upper()
    return end if pattern.fullmatch(iban) and _passes_mod_97(iban) else None


@cache
def _iban_shape(country: str) -> tuple[int, re.Pattern[str]] | None:
    parts = re.findall("([0-9]+)([nac])", IBAN_SHAPES.get(country, ""))
    if not parts:
        return None
    bban = "".join(f"{IBAN_CLASSES[kind]}{{{count}}}" for count, kind in parts)
    return 4 + sum(int(count) for count, _ in parts), re.compile(f"{country}[0-9]{{2}}{bban}")


def _passes_mod_97(iban: str) -> bool:
    return int("".join(map(IBAN_DIGITS.__getitem__, iban[4:] + iban[:4]))) % 97 == 1


# Social security numbers


def _ssns(text: str, separator: str, found: list[Span]) -> Iterator[Span]:
    """US social security numbers, but those in a longer row: of digits with the same separator, hyphens or dots."""
    starts, ends = {start for start, _ in found}, {end for _, end in found}
    for match in re.finditer(SSN, text):
        start, end = match.span()
        if match[1] != separator or match[0][:3] in ("000", "666") or match[0][0] == "9":
            continue
        if start and not (_opens(text, start) and _stands_alone(text, start, separator, ends)):
            continue
        continued = text[end : end + 1] in ("-", ".", separator) and text[end + 1 : end + 2].isdecimal()
        if not continued or end + 1 in starts:
            yield start, end


def _stands_alone(text: str, start: int, separator: str, ends: set[int]) -> bool:
    joined = text[start - 1] in ("-", ".", separator) and text[start - 2 : start - 1].isdecimal()
    return not joined or start - 1 in ends
