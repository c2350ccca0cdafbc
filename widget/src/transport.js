import { bytes } from "./bytes.js";

const MAX_BATCH = 20;
const SECOND = 1000;
const TIMEOUT = 20 * SECOND;
const LONGEST_BACKOFF = 300 * SECOND;
const LONGEST_WAIT = 86_400 * SECOND;
// Browsers refuse keepalive requests whose bodies sum to more than 64 KiB; a larger event goes without.
const KEEPALIVE_BYTES = 60_000;

// Not Date.now(): setting the computer's clock back must not stop the sending.
const now = () => performance.now();

/** Milliseconds that a Retry-After header asks for (seconds or an HTTP date); 0 or less for none. */
function retryAfter({ headers }) {
  const value = headers.get("retry-after");
  return Math.min(value * SECOND || Date.parse(value) - Date.now() || 0, LONGEST_WAIT);
}

/**
 * Sends what is in the queue, one request a second at most, and drops events only once the server has
 * committed or refused them. Returns `wake`, to be called when the queue has got something new.
 */
export function startTransport(url, writeKey, queue) {
  let timer = 0;
  let stopped = false;
  let limit = MAX_BATCH;
  let failures = 0;
  let nextAt = 0; // by our own pace and backoff
  let heldUntil = 0; // by the server's Retry-After: leaving the page or coming online doesn't lift it

  const wake = () => {
    if (!timer && !stopped && queue.idle() && queue.waiting()) {
      timer = setTimeout(send, Math.max(nextAt, heldUntil) - now());
    }
  };

  const backOff = () => {
    const longest = Math.min(SECOND * 2 ** ++failures, LONGEST_BACKOFF);
    nextAt = now() + longest * (0.5 + Math.random() / 2);
  };

  const post = (batch) => {
    const events = batch.map(([, event]) => event);
    const body = `{"writeKey":${JSON.stringify(writeKey)},"sentAt":"${new Date().toISOString()}","batch":[${events}]}`;
    // A string body is text/plain, which needs no CORS preflight.
    return fetch(url, {
      method: "POST",
      body,
      credentials: "omit",
      keepalive: bytes(body) < KEEPALIVE_BYTES,
      signal: AbortSignal.timeout?.(TIMEOUT),
    });
  };

  const settle = (response, batch) => {
    const { ok, status } = response;
    const refused = status === 413 || status === 422;
    if (ok || (refused && batch.length === 1)) {
      queue.drop(batch);
      failures = 0;
      // After a bad event was found alone, or when none is left to look for, batches are whole again.
      if (refused || !queue.waiting()) limit = MAX_BATCH;
    } else if (refused) {
      limit = Math.ceil(batch.length / 2);
    } else if (status === 401 || status === 403) {
      stopped = true;
    } else {
      const held = (status === 429 || status === 503) && retryAfter(response);
      if (held > 0) heldUntil = now() + held;
      else backOff();
    }
  };

  const send = async () => {
    clearTimeout(timer);
    timer = 0;
    if (stopped || now() < heldUntil) return wake();
    const batch = queue.take(limit);
    if (!batch.length) return;
    nextAt = now() + SECOND;
    try {
      settle(await post(batch), batch);
    } catch {
      backOff(); // offline, refused, timed out, or the answer was lost
    }
    queue.release(batch);
    wake();
  };

  addEventListener("online", () => {
    clearTimeout(timer);
    timer = nextAt = 0;
    wake();
  });
  // The last chances before a page goes; a phone may give only the second.
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
  wake();
  return wake;
}
