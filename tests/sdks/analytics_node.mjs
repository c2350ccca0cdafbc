// Makes the calls that stdin names, with @segment/analytics-node; prints what could not be delivered.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const require = createRequire(new URL("../../scripts/local/package.json", import.meta.url));
const { Analytics } = require("@segment/analytics-node");

const { host, writeKey, calls } = JSON.parse(await text(process.stdin));
const analytics = new Analytics({ host, writeKey });
const failures = [];
analytics.on("error", ({ reason }) => failures.push(reason.message));
for (const [kind, message] of calls) analytics[kind](message);
await analytics.closeAndFlush();
console.log(JSON.stringify(failures));
