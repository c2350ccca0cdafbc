"""POST /api/track: messages of the Segment spec, one or a batch. Also behind /v1/track, /v1/batch, ….

200 {"success", "accepted", "duplicates", "rejected"} once everything accepted is committed.
"""

from lib.endpoint import Request, Response, endpoint
from lib.ingestion import ingest
from lib.messages import type_of_route


def track(request: Request) -> Response:
    return ingest(request, default_type=type_of_route(request.query("type")))


app = endpoint(POST=track, cors="any")
