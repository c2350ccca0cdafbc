"""Page addresses, less what they may give away."""

from urllib.parse import parse_qsl, urlencode


def without_query(address: str) -> str:
    """The address, or a bare query, with only the utm_* parameters of its query and no fragment."""
    path, mark, query = address.partition("#")[0].partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name.startswith("utm_")]
    return path + ("?" + urlencode(kept) if mark and kept else "")
