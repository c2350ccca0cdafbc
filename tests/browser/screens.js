/** Every screen of a workspace by its address; what is in braces is an id that fill() answers. */
export const SCREENS = [
  "today",
  "contacts",
  "contacts?q=xyzzy",
  "contacts?stage=ready&why={contact}",
  "contacts?trait.plan=is:xyzzy&did.Upgrade clicked=2",
  "contacts?from=2026-01-01&to=2100-01-01",
  "contacts?from=2026-01-01&to=2100-01-01&entered=ready",
  "contacts/{contact}",
  "stages",
  "rules",
  "rules?test=14",
  "rules?edit=signals.0",
  "rules?edit=fit.new",
  "rules?edit=stages.1",
  "emails/automations",
  "emails/automations/new",
  "emails/automations/{automation}",
  "emails/templates",
  "emails/templates/new",
  "emails/templates/{template}",
  "emails/log",
  "emails/log?why={mail}",
  "emails/suppressions",
  "setup",
  "settings/keys",
  "settings/members",
  "settings/sending",
  "settings/privacy",
  "settings/billing",
  "settings/audit",
  "settings/data",
];

export const address = (screen, ids) => screen.replace(/{(\w+)}/g, (_, name) => ids[name]);

/** Waits until a screen shows what it has asked for. */
export async function settled(page) {
  await page.locator("main :is(h1, h2, [role=alert])").first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton") && !document.querySelector("progress"));
}

/** Opens a screen, and waits until it shows what it has asked for. */
export async function show({ page, base }, screen, ids = {}) {
  await page.goto(`${base()}/${address(screen, ids)}`);
  await settled(page);
}
