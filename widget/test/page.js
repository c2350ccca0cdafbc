import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";

const code = readFileSync(new URL("../../public/widget.js", import.meta.url), "utf8");

/** A page's clock runs this much faster than ours, so that a backoff of seconds is tested in milliseconds. */
export const SPEED = 50;

/** localStorage as browsers have it: the items are its own properties. */
export class Storage {
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key, value) {
    this[key] = `${value}`;
  }
  removeItem(key) {
    delete this[key];
  }
  clear() {
    Object.keys(this).forEach((key) => this.removeItem(key));
  }
}

/** Where the visitor forbids storage, browsers throw at whoever names it. */
export const blocked = Symbol("blocked");

/** A storage that has no room for anything new. */
export const full = () =>
  new Proxy(new Storage(), {
    set() {
      throw new Error("QuotaExceededError");
    },
  });

/** Web Locks of one browser: whoever asks waits for whoever asked before. */
export function createLocks() {
  const last = {};
  return { request: (name, work) => (last[name] = (last[name] ?? Promise.resolve()).then(work)) };
}

/**
 * Opens a page with the built widget in it. `data` are the script tag's other attributes, `navigator` and `document`
 * what differs from a visible page without wishes; `fetches` are the moments of its requests, in the page's seconds.
 */
export function openPage({ api, key = "pk_test", storage = new Storage(), stub, search = "", ...more }) {
  const window = new EventTarget();
  const document = {
    title: "Boards",
    referrer: "https://search.example/?q=boards",
    currentScript: { src: `${api}/widget.js`, dataset: { ...(key && { key }), ...more.data } },
    ...more.document,
  };
  const warnings = [];
  const timers = new Set();
  const fetches = [];
  const requests = [];
  let closed = false;
  let answers = 0;
  const globals = {
    document,
    location: { origin: "https://acme.example", pathname: "/pricing", search },
    navigator: { language: "en-GB", ...more.navigator },
    history: more.history ?? { pushState() {}, replaceState() {} },
    Temporal: { Now: { timeZoneId: () => "Europe/Lisbon" } },
    conversioncrm: stub,
    console: { warn: (...words) => warnings.push(words.join(" ")) },
    performance: { now: () => performance.now() * SPEED },
    Date: more.Date ?? Date,
    setTimeout: (action, ms) => {
      if (closed) return 0;
      const timer = setTimeout(action, Math.ceil(ms / SPEED));
      timers.add(timer);
      return timer;
    },
    fetch: (url, options) => {
      fetches.push((performance.now() * SPEED) / 1000);
      requests.push(options);
      return fetch(url, options).finally(() => setTimeout(() => answers++));
    },
    ...{ clearTimeout, crypto, Blob, TextEncoder, URL, AbortSignal },
  };
  for (const [name, value] of Object.entries(globals)) window[name] = value;
  window.self = window;
  Object.defineProperty(window, "localStorage", {
    get() {
      if (storage === blocked) throw new Error("SecurityError");
      return storage;
    },
  });
  window.addEventListener = EventTarget.prototype.addEventListener.bind(window);
  runInContext(code, createContext(window));
  const fire = (name, fields = {}) => {
    const values = Object.entries(fields).map(([field, value]) => [field, { value }]);
    window.dispatchEvent(Object.defineProperties(new Event(name), Object.fromEntries(values)));
  };
  return {
    warnings,
    fetches,
    requests,
    /** How many requests the page has heard of, and acted on. */
    get answers() {
      return answers;
    },
    storage,
    document,
    location: globals.location,
    history: globals.history,
    widget: window.conversioncrm,
    fire,
    leave: () => fire("pagehide"),
    hide: () => fire("visibilitychange"),
    online: () => fire("online"),
    /** The tab is gone: nothing of it runs any more. */
    close: () => {
      closed = true;
      timers.forEach(clearTimeout);
    },
  };
}

/** Waits until `condition` holds, and fails after five seconds. */
export async function until(condition) {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never came true: ${condition}`);
    await new Promise((again) => setTimeout(again, 5));
  }
}

/** Waits this many of the page's seconds. */
export const seconds = (n) => new Promise((over) => setTimeout(over, (n * 1000) / SPEED));
