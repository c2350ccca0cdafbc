"""What is around the text of a page made from a document of docs/."""

from __future__ import annotations

import html

FRAME = """<!doctype html>
<!-- Generated from {sources}: python -m scripts.public_pages -->
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="description" content="{description}">
    <title>{title} · ConversionCRM</title>
    <link rel="icon" href="data:,">
    <link rel="canonical" href="{path}">
    <link rel="stylesheet" href="/site.css">
  </head>
  <body>
    <main>
      <p><a href="/">ConversionCRM</a></p>
{content}
    </main>
  </body>
</html>
"""


def framed(content: str, *, path: str, title: str, description: str, sources: str) -> str:
    """A page for that path of the site. `content` is HTML; `sources` are the files that it is made from."""
    said = {"path": path, "title": title, "description": description, "sources": sources}
    return FRAME.format(content=content.rstrip(), **{name: html.escape(text) for name, text in said.items()})
