"""The few pages that a function answers with. Static, so there is nothing to escape."""

from lib.endpoint import Response

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
  body {{
    font: 1.0625rem/1.6 system-ui, sans-serif;
    max-width: 32rem;
    margin: 18vh auto 0;
    padding: 0 1.5rem;
    color: #1d2230;
    background: #fff;
  }}
  h1 {{ font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem }}
  button {{
    font: inherit;
    font-weight: 600;
    padding: .7rem 1.2rem;
    border: 0;
    border-radius: .5rem;
    color: #fff;
    background: #2747d9;
    cursor: pointer;
  }}
  button:focus-visible {{ outline: 3px solid #9db0ff; outline-offset: 2px }}
  @media (prefers-color-scheme: dark) {{ body {{ color: #e8eaf2; background: #14161d }} }}
</style>
<h1>{title}</h1>
{content}
</html>
"""

UNSUBSCRIBE = _PAGE.format(
    title="Stop these emails?",
    content="<p>You will get no more emails of this kind at this address.</p>\n"
    '<form method="post"><button>Unsubscribe</button></form>',
)
UNSUBSCRIBED = _PAGE.format(
    title="You are unsubscribed",
    content="<p>It is done, and takes effect at once. There is nothing else you need to do.</p>",
)

# The style is inline because a function's page has no file beside it; nothing else may load or run.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def html(page: str) -> Response:
    return Response(200, page.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": _POLICY})
