import { erase, lose, MAX_AGE, pending, prefix, saveCount, take } from "./queue.js";
import { settings } from "./settings.js";

const SECOND = 1000;
const TIMEOUT = 20 * SECOND;
const LONGEST_BACKOFF = 300 * SECOND;
const MAX_BODY = 30_000;
// Browsers refuse keepalive requests whose bodies, in flight together, sum to more than 64 KiB.
const KEEPALIVE_BYTES = 60_000;

let timer; // set until what it starts is over
let limit = 0; // events in a batch, while one is looked for that the server refuses; -1 when it refuses this page
let failures = 0;
let inFlight = 0; // bytes
let nextAt = 0; // by our own pace and backoff
let heldUntil = 0; // by the server's Retry-After: leaving the page or coming online doesn't lift it

// Not Date.now(): setting the computer's clock back must not stop the sending.
const now = () => performance.now();

/** To be called when the queue has got something new: sends it in this second or the next. */
export const wake = () => {
  if (!timer && ~limit && pending.size) timer = setTimeout(sendInTurn, nextAt - now());
};

/** Tabs take turns, so that what an earlier page left behind is sent once; without locks the server tells. */
const sendInTurn = () => navigator.locks?.request(prefix, send).catch(send) || send();

const ready = () => ~limit && pending.size && now() > heldUntil;

/** Sends at once as much as browsers let a page send that may be gone in a moment. */
export const sendAll = () => {
  saveCount();
  while (ready() && inFlight < KEEPALIVE_BYTES - MAX_BODY) send();
};

const send = async () => {
  if (ready()) await sendBatch();
  clearTimeout(timer);
  timer = 0;
  wake();
};

const sendBatch = async () => {
  const queue = pending;
  const [bytes, batch] = take(limit);
  inFlight += bytes;
  nextAt = now() + SECOND;
  // A string body is text/plain, which needs no CORS preflight.
  const answer = await fetch(settings.api + "/api/track", {
    method: "POST",
    body: `{"writeKey":"${settings.key}","sentAt":${Date.now()},"batch":[${batch.map((pair) => pair[1])}]}`,
    // Another script may have used up the browser's allowance: every other attempt goes without.
    keepalive: failures % 2 < 1 && inFlight < KEEPALIVE_BYTES,
    signal: AbortSignal.timeout?.(TIMEOUT),
  }).catch(() => 0); // offline, refused, timed out, or the answer was lost
  inFlight -= bytes;

  const refused = /400|413|422/.test(answer.status);
  if (answer.ok || (refused && !batch[1])) {
    batch.forEach(refused ? lose : erase);
    failures = 0;
    // After a bad event was found alone, or when none is left to look for, batches are whole again.
    if (refused || !pending.size) limit = 0;
  } else {
    batch.forEach((pair) => queue.set(...pair));
    const asked = answer.headers?.get("retry-after"); // seconds or an HTTP date
    const wait = asked * SECOND || Date.parse(asked) - Date.now();
    if (refused) limit = batch.length >> 1;
    else if (/40[13]/.test(answer.status)) limit = -1;
    else if (wait > 0) nextAt = heldUntil = now() + Math.min(wait, MAX_AGE);
    else nextAt = now() + Math.min(SECOND * 2 ** ++failures, LONGEST_BACKOFF) / (1 + Math.random());
  }
};
