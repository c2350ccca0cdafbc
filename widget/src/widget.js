import { on, uuid } from "./browser.js";
import { move, where } from "./context.js";
import { watch } from "./pages.js";
import { add, dropped, open, wipe } from "./queue.js";
import { configure, settings } from "./settings.js";
import { OURS, store, stored } from "./storage.js";
import { sendAll, wake } from "./transport.js";

const ANONYMOUS_ID = OURS + "anonymousId";

// Calls that wait: for consent, for the visitor to see the page, or for the browser to have time.
const held = [];
let consent;
let anonymousId;
let user; // {userId, userHash}
let time; // when and where the call was made that is being carried out
let context;

const become = (id) => store(ANONYMOUS_ID, (anonymousId = id));

const record = (type, fields) => {
  add(time, {
    type,
    anonymousId,
    ...user,
    ...fields,
    // Intl would tell the time zone too, but its first use takes 12 ms of the main thread.
    context: { timezone: self.Temporal?.Now.timeZoneId(), dropped, ...context },
  });
  wake();
};

// What each is for is said in widget.d.ts.
const methods = {
  track: (event, properties) => record("track", { event, properties }),

  identify(userId, traits, proof) {
    if (userId) user = { userId, ...proof };
    record("identify", { traits });
  },

  // The page's address is in the properties too, so that a signal can ask for it.
  page: (name, properties) => record("page", { name, properties: { ...context.page, ...properties } }),

  group: (groupId, traits) => record("group", { groupId, traits }),

  reset() {
    user = 0;
    become(uuid());
  },

  consent: (value) => (consent = value),

  flush: sendAll,
};

/** Whatever goes wrong in here, the host page goes on. */
export const quietly = (action) => {
  try {
    action();
  } catch (error) {
    console.warn(OURS, error);
  }
};

/** Carries out what was held, where it may: not without consent, and not on a page that nobody sees. */
const proceed = () => {
  const refused = (navigator.globalPrivacyControl || navigator.doNotTrack > 0) && !settings.signals;
  if (refused || consent === "denied") {
    held.length = anonymousId = user = 0;
    wipe();
  } else if ((!consent || consent === "granted") && !document.prerendering) {
    if (!anonymousId) {
      open();
      become(stored()[ANONYMOUS_ID] || uuid());
      wake();
    }
    held.splice(0).forEach(quietly);
  }
};

const hold = ([name, args, calledAt = Date.now()]) => {
  const here = where(calledAt);
  const carryOut = () => {
    time = calledAt;
    context = here;
    methods[name](...args);
  };
  if (name === "consent") quietly(carryOut);
  else held.push(carryOut);
};

const call = (what) => {
  hold(what);
  proceed();
};

/** The last chance before a page goes, or the first after the connection is back. */
const hurry = () => {
  proceed();
  sendAll();
};

/**
 * Starts tracking with {key, api, consent, signals}; types and meanings are in widget.d.ts. `calls` are those that
 * a stub has collected, [method, arguments, time]; what is pushed to it later reaches us too.
 */
export const start = (given, calls = []) => {
  given.key.trim(); // nothing starts without a key
  configure(given);
  consent = settings.consent;
  calls.forEach(call);
  calls.push = call;

  const widget = {};
  for (const name in methods) widget[name] = (...args) => call([name, args]);

  watch(() => {
    move();
    hold(["page", []]);
    (self.requestIdleCallback || setTimeout)(proceed);
  });
  on("click", ({ target }) => {
    const named = target.closest?.("[data-track]");
    if (named) widget.track(named.dataset.track);
  });
  on("online", hurry);
  on("pagehide", hurry);
  on("visibilitychange", hurry); // a phone may give no more than that
  return widget;
};
