"""How far a property is searched for a case that breaks it: a little by `make test`, long by `make prove`."""

import os

from hypothesis import HealthCheck, settings

PROVE = os.environ.get("PROVE") == "1"
# Of what `make test` usually tries; a second pass, on another PostgreSQL, only looks for what that one does otherwise.
SHARE = float(os.environ.get("SHARE_OF_EXAMPLES", "1"))


def examples(usual: int, proof: int | None = None) -> settings:
    """So many; `proof` by `make prove`, as many as usual when there is no need for more."""
    tried = proof if PROVE and proof else max(1, round(usual * SHARE))
    return settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=tried)
