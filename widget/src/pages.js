// Page views that count by themselves: of this page, of each new path or query, and of coming back.

import { on } from "./browser.js";

let last;
let viewed;

const look = (event) => {
  const address = location.pathname + location.search;
  // Out of the back/forward cache the same page is seen again; one rendered in advance may never be.
  if ((event?.persisted || address !== last) && !document.prerendering) {
    last = address;
    viewed();
  }
};

/** Calls `callback` once for each page that the visitor sees. */
export const watch = (callback) => {
  viewed = callback;
  look();
  on("prerenderingchange", look);
  on("pageshow", look);
  if (self.navigation) navigation.addEventListener("currententrychange", look);
  else {
    on("popstate", look);
    ["pushState", "replaceState"].forEach((name) => {
      const original = history[name].bind(history);
      history[name] = (...args) => look(original(...args));
    });
  }
};
