import { context, page } from "./context.js";
import { createQueue } from "./queue.js";
import { read, write } from "./storage.js";
import { startTransport } from "./transport.js";

const ANONYMOUS_ID = "conversioncrm:anonymousId";

// crypto.randomUUID exists on https pages only; this is the same, everywhere.
const uuid = () =>
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
  );

/** Whatever goes wrong in here, the host page goes on. */
const harmless =
  (action) =>
  (...args) => {
    try {
      action(...args);
    } catch (error) {
      console.warn("conversioncrm:", error);
    }
  };

/** The public calls, each a Segment message; `calls` are those a stub collected: [method, arguments, time]. */
export function createWidget(key, origin, calls) {
  const queue = createQueue(`conversioncrm:${key}:`);
  const wake = startTransport(origin + "/api/track", key, queue);
  let anonymousId;
  let userId;
  let userHash;
  let calledAt; // when the stub took the call that is being replayed

  const become = (id) => write(ANONYMOUS_ID, (anonymousId = id));

  const record = (type, fields) => {
    const messageId = uuid();
    const timestamp = calledAt || new Date();
    const event = { type, anonymousId, userId, userHash, ...fields, context: context(), timestamp, messageId };
    queue.add(messageId, JSON.stringify(event));
    wake();
  };

  const widget = {
    /** What the visitor did, e.g. track("Project Created", {plan: "free"}). */
    track: harmless((event, properties = {}) => record("track", { event, properties })),

    /** Who the visitor is, for this call and the later ones. `userHash` (made by your server) proves it. */
    identify: harmless((id, traits = {}, options) => {
      if (id != null) {
        userId = `${id}`;
        userHash = options?.userHash;
      }
      record("identify", { traits });
    }),

    /** A page seen. The page's address is in `properties` too, so that a signal can ask for it. */
    page: harmless((name, properties) => record("page", { name, properties: { name, ...page(), ...properties } })),

    /** The visitor signed out: what follows belongs to somebody new. */
    reset: harmless(() => {
      userId = userHash = undefined;
      become(uuid());
    }),
  };

  const replay = ([method, args, time]) => {
    calledAt = time;
    widget[method]?.(...args);
    calledAt = undefined;
  };

  become(read(ANONYMOUS_ID) || uuid());
  calls.forEach(replay);
  calls.push = replay; // code that still holds the stub's functions reaches us through them
  return widget;
}
