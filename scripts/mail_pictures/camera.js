// Takes {name: html} on standard input and the folder that the pictures go to.
import { readFileSync } from "node:fs";
import { launch } from "../../tests/browser/chromium.js";

const [folder] = process.argv.slice(2);
const pages = JSON.parse(readFileSync(0, "utf8"));
const browser = await launch();
try {
  for (const width of [320, 1000]) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await browser.newPage({ viewport: { width, height: 200 }, colorScheme });
      // What a mail shows must not need the network.
      await page.route("**/*", (route) => route.abort());
      for (const [name, html] of Object.entries(pages)) {
        await page.setContent(html);
        await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
}
