import { bytes } from "./bytes.js";
import { keys, read, remove, write } from "./storage.js";

const MAX_EVENTS = 999;
// Leaves room for the key and the time around the events within 30 KB.
const MAX_BATCH_BYTES = 29_800;

/**
 * The events that the server has not committed yet, oldest first.
 *
 * Each event has a localStorage key of its own, so tabs can't overwrite each other's, and stays in
 * memory as well: a host page that clears localStorage when its user signs out loses nothing.
 */
export function createQueue(prefix) {
  // Storage key → event as JSON, or undefined for one an earlier page left behind: that is read when
  // it is sent, since another tab may have sent it by then.
  const pending = new Map();
  const taken = new Set();

  const drop = (key) => {
    pending.delete(key);
    taken.delete(key);
    remove(key);
  };

  // The time in front makes the keys' order the events' order.
  for (const key of keys().sort()) if (key.startsWith(prefix)) pending.set(key);

  return {
    add(messageId, event) {
      const key = prefix + Date.now() + messageId;
      if (pending.size >= MAX_EVENTS) drop(pending.keys().next().value);
      pending.set(key, event);
      write(key, event);
    },

    /** The next events that are not on their way: [[key, json], …], at most `limit` and 30 KB; a larger one goes alone. */
    take(limit) {
      const batch = [];
      let size = 0;
      for (const [key, kept] of pending) {
        if (taken.has(key)) continue;
        const event = kept || read(key);
        if (!event) {
          pending.delete(key);
          continue;
        }
        size += bytes(event) + 1; // a comma
        if (batch.length >= limit || (batch.length && size > MAX_BATCH_BYTES)) break;
        taken.add(key);
        batch.push([key, event]);
      }
      return batch;
    },

    /** Forgets events for good: committed, or never acceptable. */
    drop: (batch) => batch.forEach(([key]) => drop(key)),

    /** Puts events back that did not get through. */
    release: (batch) => batch.forEach(([key]) => taken.delete(key)),

    waiting: () => pending.size > taken.size,
    idle: () => !taken.size,
  };
}
