"""The one HTTP client to Supabase and Redis.

urllib3, because Vercel's runtime imports it anyway where it is installed: it costs a cold start nothing,
httpx 100 ms. Nothing is retried behind a caller's back, and each call brings its own timeout.
"""

import urllib3

# As many kept connections as requests that one instance answers at once, or so.
pool = urllib3.PoolManager(maxsize=16, retries=False, headers={"User-Agent": "conversioncrm"})
