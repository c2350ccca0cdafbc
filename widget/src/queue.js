// The events that the server has not committed yet, oldest first.
//
// Each event has a localStorage key of its own, so tabs can't overwrite each other's, and stays in memory
// as well: a host page that clears localStorage when its user signs out loses nothing. The key is
// conversioncrm:KEY:TIME:MESSAGEID, so that the keys' order is the events' order.

import { on, uuid } from "./browser.js";
import { settings } from "./settings.js";
import { each, OURS, store, stored } from "./storage.js";

export const MAX_AGE = 7 * 86_400_000;
const DROPPED = OURS + "dropped";
const MAX_EVENTS = 999;
const MAX_BATCH = 20;
const MAX_BYTES = 29_000; // leaves room for the key, the time and the commas within 30 KB

export let pending = new Map(); // storage key → JSON, of what is not on its way
export let prefix; // of the storage keys
export let dropped; // events given up by this browser, as far as we know
let page;
let count = 1e6; // of as many digits as it will ever have: messageIds of one millisecond are in order too

/** Takes over what earlier pages left behind, and hears what other tabs have sent of it. */
export const open = () => {
  prefix = OURS + settings.key + ":";
  page = uuid();
  dropped = +stored()[DROPPED] || 0;
  each(prefix, (entry) => entry[1] && pending.set(...entry)); // another tab may be erasing one
  on("storage", (change) => change.newValue === "" && pending.delete(change.key));
};

/** Forgets everything, here and in storage; what is on its way comes back to a queue that nobody looks at. */
export const wipe = () => {
  pending = new Map();
  each(OURS, erase);
};

/** Keeps an event, or counts it when there is no room: a page gone wild can't push out what came before. */
export const add = (timestamp, event) => {
  if (pending.size >= MAX_EVENTS) return dropped++;
  const messageId = page + "-" + ++count;
  const key = prefix + timestamp + ":" + messageId;
  const json = JSON.stringify({ timestamp, messageId, ...event });
  pending.set(key, json);
  store(key, json);
};

/**
 * Takes the next events out, as [their bytes, [[key, JSON], …]]: at most 30 KB and 20 events, or `limit`. A larger
 * event goes alone; of more than 20, those that were called within 5 ms of each other go together.
 */
export const take = (limit) => {
  const batch = [];
  let total = 0;
  let last;
  for (let [key, event] of pending) {
    const time = key.split(":")[2];
    const now = Date.now();
    // A clock that was set back since must not make it an event of tomorrow, which the server refuses.
    if (time > now) event = event.replace(time, now);
    const bytes = encodeURI(event).length; // no fewer than UTF-8 has; a Blob's size would cost 2 ms the first time
    const full = batch[(limit || MAX_BATCH) - 1] && (limit || time - last > 5);
    if (full || (total && total + bytes > MAX_BYTES)) break;
    pending.delete(key);
    if (now - time > MAX_AGE) lose([key]);
    else {
      total += bytes;
      last = time;
      batch.push([key, event]);
    }
  }
  return [total, batch];
};

/** Forgets an event for good: committed. */
export const erase = ([key]) => store(key, "");

/** Forgets one that will never be accepted, and counts it. */
export const lose = (entry) => {
  dropped++;
  erase(entry);
};

/** Keeps the count of dropped events for the next page's to tell. */
export const saveCount = () => dropped && store(DROPPED, dropped);
