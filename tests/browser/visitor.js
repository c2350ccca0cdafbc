import { randomUUID } from "node:crypto";
import { setting } from "./stack.js";

/** Somebody nobody has seen before, with the demo page open in a browser of their own. */
export async function openDemo(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(`${error}`));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(setting("DEMO_URL"));
  const email = `ada.${randomUUID().slice(0, 8)}@example.com`;
  const click = (name) => page.getByRole("button", { name, exact: true }).click();

  return {
    page,
    errors,
    email,
    click,

    /** Signs in and answers the user id that Acme gave. */
    async signIn() {
      await page.getByLabel("Name").fill("Ada Park");
      await page.getByLabel("Email").fill(email);
      const answered = page.waitForResponse("**/sign-in");
      await click("Sign in");
      return (await (await answered).json()).userId;
    },

    async upgrade() {
      await click("See pricing");
      await click("Upgrade to Team");
    },

    stage: () => page.locator("#stages [aria-current]").evaluate((li) => li.firstChild.data),

    /** The events that wait in the browser for the server to commit them. */
    unsent: () =>
      page.evaluate(() =>
        Object.keys(localStorage)
          .filter((key) => key.startsWith("conversioncrm:pk_"))
          .map((key) => JSON.parse(localStorage[key])),
      ),

    close: () => context.close(),
  };
}

/** Asks until the answer is true, and fails after so many seconds. */
export async function until(condition, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`never came true: ${condition}`);
    await new Promise((again) => setTimeout(again, 200));
  }
}
