// Compiled by types.test.js: what must compile, and, marked, what must not.
import { start, type Widget } from "../widget";

const crm: Widget = start({ key: "pk_1", api: "https://app.example.com", consent: "pending", signals: "ignore" });
crm.track("Project Created", { plan: "free", seats: 3, tags: ["a"] });
crm.identify(42);
crm.identify(null, { plan: "pro" });
crm.identify("ada", {}, { userHash: "abc" });
crm.page("Pricing", { plan: "free" });
crm.group("acme", { size: 3 });
crm.consent("granted");
crm.reset();
crm.flush();
window.conversioncrm.track("Project Created");

// @ts-expect-error no key
start({ api: "https://app.example.com" });
// @ts-expect-error not a decision
crm.consent("yes");
// @ts-expect-error an event has a name
crm.track();
