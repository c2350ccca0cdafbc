// The script tag: <script async src="https://…/widget.js" data-key="pk_…"></script>
//
// widget.js holds the public calls, queue.js the events until the server has committed them, transport.js the
// sending. Events go to the origin that the script came from, or to the one in data-api.
//
// Calls made before it has loaded are kept by an optional stub, and replayed with the time they were made at:
//
//   window.conversioncrm ||= ((q) => {
//     const keep = (method) => (...args) => q.push([method, args, new Date()]);
//     return { q, track: keep("track"), identify: keep("identify"), page: keep("page"), reset: keep("reset") };
//   })([]);

import { createWidget } from "./widget.js";

// Tag managers run scripts where currentScript is null.
const script = document.currentScript || document.querySelector("script[data-key]");
const stub = window.conversioncrm;

// Without a stub's queue the name is taken by an earlier copy of this script: one is enough.
if (!stub || stub.q) {
  try {
    const { key, api = new URL(script.src).origin } = script.dataset;
    if (!key) throw "data-key is missing";
    window.conversioncrm = createWidget(key, api, stub?.q || []);
    window.conversioncrm.page();
  } catch (error) {
    console.warn("conversioncrm:", error);
  }
}
