"""The few pages that a function answers with. Nothing in them comes from outside but a token that was checked."""

import html
from collections.abc import Mapping
from urllib.parse import quote

from lib.endpoint import Handler, Request, Response
from lib.errors import ApiError

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
RESUBSCRIBE = _PAGE.format(
    title="Get these emails again?",
    content="<p>You will get emails of this kind at this address again.</p>\n"
    '<form method="post"><button>Yes, send them</button></form>',
)
RESUBSCRIBED = _PAGE.format(title="Welcome back", content="<p>You will get these emails again.</p>")
CONFIRMATION_SENT = _PAGE.format(
    title="Look at your inbox",
    content="<p>If we still know your address, a mail is on its way. Follow its link to get these emails again.</p>",
)

KEEP_WORKSPACE = _PAGE.format(
    title="Keep this workspace?",
    content="<p>Its deletion is cancelled, and everything goes on as before.</p>\n"
    '<form method="post"><button>Keep the workspace</button></form>',
)
WORKSPACE_KEPT = _PAGE.format(
    title="The workspace is kept",
    content="<p>Nothing has been deleted. Its keys and its mail work again.</p>",
)


# What a person is told whose link does not work; of any other code, what it says to all.
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "link_invalid": (
        "This link does not work",
        "It is incomplete, or too old. Please open it in the email once more, as a whole.",
    ),
    "deletion_unknown": (
        "There is nothing to undo",
        "This workspace is kept or gone already, or you are no owner of it any more.",
    ),
    "deletion_grace_over": ("It is too late", "The workspace's data is being removed; that can't be undone any more."),
    "unavailable": (
        "Please try again in a minute",
        "Something we need does not answer right now. Opened again, the link says whether it has worked.",
    ),
}


def for_people(handler: Handler) -> Handler:
    """The handler of a link in a mail: who opens it in a browser is told why it fails by a page, with its status."""

    def answered(request: Request) -> Response:
        try:
            return handler(request)
        except ApiError as error:
            if not _accepts_pages(request):
                raise
            request.facts["code"] = error.code
            return _refusal(error)

    return answered


def _accepts_pages(request: Request) -> bool:
    """Whether text/html is asked for by its name; whoever takes anything at all is a program."""
    kinds = (kind.strip().lower().split(";") for kind in request.header("Accept").split(","))
    return any(name.strip() == "text/html" and "q=0" not in map(str.strip, rest) for name, *rest in kinds)


def _refusal(error: ApiError) -> Response:
    title, said = _REFUSALS.get(error.code, ("This did not work", error.detail))
    page = answer(_PAGE.format(title=title, content=f"<p>{html.escape(said)}</p>"))
    return Response(error.status, page.body, page.content_type, page.headers | error.headers)


def unsubscribed(token: str) -> str:
    """That it is done, with a way back for who came here by mistake."""
    return _PAGE.format(
        title="You are unsubscribed",
        content="<p>It is done, and takes effect at once. There is nothing else you need to do.</p>\n"
        f'<form method="post" action="?again={html.escape(quote(token))}">'
        "<p>A mistake? <button>Send me a link to undo it</button></p></form>",
    )


# The style is inline because a function's page has no file beside it; nothing else may load or run.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def answer(page: str) -> Response:
    return Response(200, page.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": _POLICY})
