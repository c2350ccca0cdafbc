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

/** What a browser does where the visitor forbids storage. */
export const blocked = new Proxy(
  {},
  {
    get: () => () => {
      throw new Error("SecurityError");
    },
  },
);

/** Opens a page with the built widget in it; `fetches` are the moments of its requests, in the page's seconds. */
export function openPage({ api, key = "pk_test", storage = new Storage(), stub, search = "" }) {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), {
    title: "Boards",
    referrer: "https://search.example/?q=boards",
    visibilityState: "visible",
    currentScript: { src: `${api}/widget.js`, dataset: key ? { key } : {} },
  });
  const warnings = [];
  const timers = new Set();
  const fetches = [];
  const globals = {
    document,
    location: { origin: "https://acme.example", pathname: "/pricing", search },
    navigator: { language: "en-GB" },
    localStorage: storage,
    conversioncrm: stub,
    console: { warn: (...words) => warnings.push(words.join(" ")) },
    performance: { now: () => performance.now() * SPEED },
    setTimeout: (action, ms) => {
      const timer = setTimeout(action, Math.ceil(ms / SPEED));
      timers.add(timer);
      return timer;
    },
    fetch: (...request) => {
      fetches.push((performance.now() * SPEED) / 1000);
      return fetch(...request);
    },
    ...{ clearTimeout, crypto, Blob, URL, URLSearchParams, AbortSignal },
  };
  for (const [name, value] of Object.entries(globals)) window[name] = value;
  window.window = window;
  window.addEventListener = EventTarget.prototype.addEventListener.bind(window);
  runInContext(code, createContext(window));
  return {
    warnings,
    fetches,
    widget: window.conversioncrm,
    leave: () => window.dispatchEvent(new Event("pagehide")),
    hide: () => {
      document.visibilityState = "hidden";
      document.dispatchEvent(new Event("visibilitychange"));
    },
    online: () => window.dispatchEvent(new Event("online")),
    /** The tab is gone: nothing of it runs any more. */
    close: () => timers.forEach(clearTimeout),
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
