"""Page addresses, less what they may give away."""

import re
from urllib.parse import parse_qsl, urlencode

# From where a scheme ends, also as JSON inside a string writes it, to what no address contains.
ADDRESS = r""":\\?/\\?/[^\s"'<>]+"""
# Behind an address these belong to the sentence, or the JSON, that it stands in.
PUNCTUATION = ").,:;!]}\\"


def without_query(address: str) -> str:
    """The address, or a bare query, with only the utm_* parameters of its query and no fragment."""
    path, mark, query = address.partition("#")[0].partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name.startswith("utm_")]
    return path + ("?" + urlencode(kept) if mark and kept else "")


def without_queries_in(text: str) -> str:
    """A text, each absolute address in it without its query; the same object when there is none."""
    if "://" not in text and ":\\/" not in text:
        return text
    return re.sub(ADDRESS, _without_query_of_match, text)


def _without_query_of_match(match: re.Match[str]) -> str:
    address = match[0].rstrip(PUNCTUATION)
    return without_query(address) + match[0][len(address) :]
