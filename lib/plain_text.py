"""A mail's HTML as plain text, for those who read it that way."""

import re
from html.parser import HTMLParser

# Between two of these there is an empty line.
PARAGRAPHS = frozenset({"blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"})
LINES = frozenset(
    {"address", "article", "aside", "body", "dd", "div", "dt", "footer", "header", "main", "section", "tr"}
)
UNSEEN = frozenset({"head", "noscript", "script", "style", "template", "title"})
# They have no end tag.
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"},
)
PREHEADER = "preheader"


class _Reader(HTMLParser):
    """Collects what is seen. It reads what css_inline has written, so every element that needs an end tag has one."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unseen = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if self._unseen or tag in UNSEEN or PREHEADER in (attributes.get("class") or "").split():
            self._unseen += tag not in VOID
        elif tag == "img":
            self.parts.append(attributes.get("alt") or "")
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag == "a":
            self._links.append((attributes.get("href") or "", len(self.parts)))
        else:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            self._unseen -= tag not in VOID
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())
        else:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in LINES:
            self.parts.append("\n")

    def _end_link(self, address: str, start: int) -> None:
        """The address behind the words, unless they say it already."""
        words = "".join(self.parts[start:]).strip()
        if re.match("https?:|mailto:|tel:", address) and words != address.removeprefix("mailto:").removeprefix("tel:"):
            self.parts.append(f" <{address}>" if words else address)


def plain_text(html: str) -> str:
    """What a person sees of a page, with the addresses of its links. Takes HTML that a parser has made whole."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in "".join(reader.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
