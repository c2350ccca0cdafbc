// The script tag: <script async src="https://…/widget.js" data-key="pk_…"></script>
// Events go to the origin that the script came from, or to the one in data-api.

import { quietly, start } from "./widget.js";

const script = document.currentScript;
const stub = self.conversioncrm;

// A stub is a list of calls; whatever else has the name is an earlier copy of this script: one is enough.
if (!stub || stub.push) {
  quietly(() => {
    self.conversioncrm = start({ api: new URL(script.src).origin, ...script.dataset }, stub);
  });
}
