"""The page that the `type` of every problem document leads to: docs/errors.md with an anchor per code."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from scripts.public_pages.frame import framed

ROW = re.compile(r"<tr>\n<td><code>([a-z_]+)</code></td>")


def errors_page(document: str) -> str:
    """The page's HTML; each row of a code can be linked to as #code."""
    content = MarkdownIt("commonmark").enable("table").render(document)
    return framed(
        ROW.sub(r'<tr id="\1">\n<td><code>\1</code></td>', content), path="/errors", title="Errors and limits",
        description="Every error code of the API and what to change, and every limit.", sources="docs/errors.md",
    )  # fmt: skip
