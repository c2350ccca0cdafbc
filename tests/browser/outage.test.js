// The widget keeps what it could not deliver, and delivers it once.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { launch } from "./chromium.js";
import { connect, fail, heal } from "./stack.js";
import { openDemo, until } from "./visitor.js";

const sql = connect();
let browser;
before(async () => (browser = await launch()));
afterEach(heal);
after(() => Promise.all([browser?.close(), sql.end()]));

const rowsOf = (events) => sql`
  select message_id from public.events where message_id in ${sql(events.map(({ messageId }) => messageId))}`;

test("events made while the API answers 503 survive a reload, and arrive once", async () => {
  const ada = await openDemo(browser);
  await ada.signIn();
  await until(async () => (await ada.unsent()).length === 0);

  await fail({ service: "postgres", status: 503 });
  const refused = ada.page.waitForResponse((response) => response.url().endsWith("/api/track"));
  await ada.click("New project");
  await ada.click("Invite a teammate");
  assert.equal((await refused).status(), 503);
  await ada.page.reload();
  await until(async () => (await ada.unsent()).length >= 4); // the two, and the new page's own two
  const events = await ada.unsent();
  assert.equal((await rowsOf(events)).length, 0);

  await heal();
  await until(async () => (await ada.unsent()).length === 0);
  assert.equal((await rowsOf(events)).length, events.length);
  await ada.close();
});
