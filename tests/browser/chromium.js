import { execFileSync, spawnSync } from "node:child_process";
import { require } from "./stack.js";

const { chromium } = require("playwright-core");

const NAMES = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];
// Nothing but the test's own requests, and no window.
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const which = (name) => spawnSync("sh", ["-c", 'command -v "$1"', "sh", name]).stdout.toString().trim();
const installed = () => process.env.CHROME_PATH || NAMES.map(which).find(Boolean);

/** The path of an installed Chrome or Chromium; root on Debian gets one, everybody else is told what to install. */
function findChromium() {
  const found = installed();
  if (found) return found;
  if (process.getuid?.() !== 0 || !which("apt-get")) {
    throw new Error("The browser tests need Chrome or Chromium: install one, or point CHROME_PATH at it.");
  }
  execFileSync("apt-get", ["update", "-q"], { stdio: "ignore" });
  execFileSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"], {
    stdio: "ignore",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return installed();
}

/** A browser as visitors have it: with the back/forward cache, which Playwright turns off. */
export const launch = () =>
  chromium.launch({
    executablePath: findChromium(),
    args: FLAGS,
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
