"""What mails look like: a founder's fragment in one readable column, light and dark, for 320 px and up."""

import html
import re

from css_inline import CSSInliner

# Start and end tags together. A page nested 20,000 deep overflows the inliner's stack and ends the whole process.
TAGS = 4_000
# What a <b> without its end is repeated for: each block after it.
FORMATTING = re.compile("<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\\s/>])", re.IGNORECASE)
UNCLOSED = 100
# How the time of inlining grows: with the text of the styles for each tag, and with the square of their declarations.
STYLE_TEXT = 50_000_000
STYLE_DECLARATIONS = 200_000_000
# Characters, when all is inlined.
PAGE = 1_000_000

FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
# Inlined, so that every client sees them; a founder's own styles win.
STYLES = f"""
.page {{ margin: 0; padding: 0; background-color: #f3f4f6; }}
.around {{ padding: 32px 12px; }}
.column {{ width: 100%; max-width: 600px; }}
.content {{
  padding: 20px 40px; background-color: #ffffff; border-radius: 10px;
  font-family: {FONT}; font-size: 16px; line-height: 1.6; color: #1f2430; text-align: left; overflow-wrap: anywhere;
}}
.footer {{
  padding: 20px 40px 0; font-family: {FONT}; font-size: 13px; line-height: 1.6; color: #5b6270; text-align: left;
  overflow-wrap: anywhere;
}}
.footer a {{ color: #5b6270; text-decoration: underline; }}
.content h1 {{ margin: 16px 0 20px; font-size: 24px; line-height: 1.3; font-weight: 650; }}
.content h2 {{ margin: 28px 0 12px; font-size: 19px; line-height: 1.35; font-weight: 650; }}
.content h3 {{ margin: 24px 0 8px; font-size: 16px; line-height: 1.4; font-weight: 650; }}
.content ul, .content ol {{ margin: 0 0 16px; padding: 0 0 0 24px; }}
.content li {{ margin: 0 0 6px; }}
.content img {{ max-width: 100%; height: auto; border: 0; }}
.content hr {{ margin: 24px 0; border: 0; border-top: 1px solid #dfe2e8; }}
.content pre {{ white-space: pre-wrap; }}
.content a {{ color: #1f52c9; text-decoration: underline; }}
.content a.button {{
  display: inline-block; margin: 8px 0; padding: 12px 22px; border-radius: 8px; background-color: #1f52c9;
  color: #ffffff; font-weight: 600; text-align: center; text-decoration: none;
}}
.content .muted {{ font-size: 14px; color: #5b6270; }}
.preheader {{
  display: none; max-width: 0; max-height: 0; overflow: hidden; opacity: 0; font-size: 1px; line-height: 1px;
  color: transparent;
}}
"""
# What can't be inlined. These win over what is, so they name only what is ours.
AT_RULES = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 480px) {
  .around { padding: 0 !important; }
  .content { padding: 12px 20px !important; border-radius: 0 !important; }
  .footer { padding: 20px 20px 28px !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background-color: #14161a !important; }
  .content { background-color: #1f2228 !important; color: #e6e8ec !important; }
  .content a { color: #8fb1ff !important; }
  .content a.button { background-color: #3a68e0 !important; color: #ffffff !important; }
  .content hr { border-top-color: #3a3f48 !important; }
  .content .muted, .footer, .footer a { color: #a3a9b4 !important; }
}
"""

# Else a template's <link> makes this server read any address that it can reach, and any file.
_INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


class PageRefused(Exception):
    """The HTML costs more than a mail may."""


def whole(source: str) -> str:
    """A page or a fragment with its styles inlined, every element closed, and no link that runs. Raises PageRefused.

    A fragment stays one, with those of its styles that can't be inlined in front.
    """
    _refuse_expensive(source)
    made = _INLINER.inline(source) if is_page(source) else _fragment(_INLINER.inline(source))
    if len(made) > PAGE:
        raise PageRefused("the styles make it too large")
    return without_running_links(made)


def is_page(source: str) -> bool:
    """Whether a template brings a whole document, which is its own layout then."""
    return re.search(r"<(html|body)[\s>]", source, re.IGNORECASE) is not None


def laid_out(subject: str, content: str, footer: str) -> str:
    """A whole fragment in our layout; the footer is HTML too, or empty."""
    below = f'<tr><td class="footer">{footer}</td></tr>' if footer else ""
    made = _INLINER.inline(f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{html.escape(subject)}</title>
<style>{STYLES}{AT_RULES}</style>
</head>
<body class="page">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td class="around" align="center">
<table role="presentation" class="column" width="600" cellpadding="0" cellspacing="0" border="0">
<tr><td class="content">
{content}
</td></tr>
{below}
</table>
</td></tr>
</table>
</body>
</html>""")
    # The inliner puts what it keeps of the styles first, and who has no other sign of it reads only so far for this.
    return made.replace("<head>", '<head><meta charset="utf-8">', 1)


def with_footer(page: str, footer: str) -> str:
    """A whole page of the founder's own with the footer at its end. Raises PageRefused when it has no body."""
    end = page.rfind("</body>")
    # Comments may follow the body, and hold what looks like its end.
    while end >= 0 and not re.fullmatch(r"</body>\s*(<!--.*?-->\s*)*</html>\s*(<!--.*?-->\s*)*", page[end:], re.DOTALL):
        end = page.rfind("</body>", 0, end)
    if end < 0:
        raise PageRefused("it has no body")
    return page[:end] + footer + page[end:]


def without_running_links(page: str) -> str:
    """A link to a script leads nowhere, whoever has written it. Takes attributes as a serializer quotes them."""
    return re.sub(r'(\s(?:href|src|action|formaction|xlink:href)=")([^"]*)"', _harmless, page)


def _harmless(attribute: re.Match[str]) -> str:
    # Browsers skip control characters and spaces in front of a scheme and inside it.
    address = re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ufeff]", "", html.unescape(attribute[2])).lower()
    runs = address.startswith(("javascript:", "vbscript:", "data:")) and not address.startswith("data:image/")
    return f'{attribute[1]}#"' if runs else attribute[0]


def _fragment(page: str) -> str:
    """The inside of a page's head and body, whatever styles have been inlined into these."""
    return re.sub(r'<!DOCTYPE[^>]*>|</?(?:html|head|body)(?: style="[^"]*")?>', "", page)


def _refuse_expensive(source: str) -> None:
    tags = source.count("<")
    ends = [match[1] for match in FORMATTING.finditer(source)]
    styles = _styles(source)
    if tags > TAGS:
        raise PageRefused("there are too many elements")
    if ends.count("") - ends.count("/") > UNCLOSED:
        raise PageRefused("too many elements are not closed")
    if len(styles) * tags > STYLE_TEXT or styles.count(":") ** 2 * tags > STYLE_DECLARATIONS:
        raise PageRefused("the styles are too many")


def _styles(source: str) -> str:
    parts = re.split(r"<(/?)style(?=[\s/>])", source, flags=re.IGNORECASE)
    return "".join(text for end, text in zip(parts[1::2], parts[2::2], strict=True) if not end)
