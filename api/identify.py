"""POST /api/identify: {userId?, anonymousId?, email?, traits?, userHash?, …}, who someone is.

200 {"success", "accepted", "duplicates", "rejected"} once it is committed.
"""

from lib.endpoint import Request, Response, endpoint
from lib.ingestion import ingest


def identify(request: Request) -> Response:
    return ingest(request, default_type="identify")


app = endpoint(POST=identify, cors="any")
