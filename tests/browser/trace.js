// How long a script keeps the main thread busy, as Chromium's own trace tells.

const OURS = ["EvaluateScript", "v8.compile", "FunctionCall"];

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Milliseconds that running this file took on the main thread in the first second of a new visitor's page. */
export async function mainThread(browser, stage, file) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await browser.startTracing(page, { categories: ["devtools.timeline", "v8", "disabled-by-default-v8.compile"] });
  await page.goto(stage.site.origin);
  await page.waitForTimeout(1000);
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  await context.close();
  const spans = traceEvents
    .filter(({ name, ph, args }) => OURS.includes(name) && ph === "X" && `${args.data?.url ?? args.fileName}`.includes(file))
    .map(({ ts, dur }) => [ts, ts + dur]);
  if (!spans.length) throw new Error(`${file} is not in the trace`);
  return outermost(spans) / 1000;
}

/** The length of the spans together, what lies inside another counted once. */
function outermost(spans) {
  let end = 0;
  let sum = 0;
  for (const [from, to] of spans.sort(([a], [b]) => a - b)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}
