// The pages are in English, and so are their times; where English is read, as they are written there.
const LANGUAGE = /^en\b/.test(navigator.language) ? undefined : "en-GB";
const time = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DATE = { day: "numeric", month: "short", year: "numeric" } as const;
const day = new Intl.DateTimeFormat(LANGUAGE, DATE);
const utcDate = new Intl.DateTimeFormat(LANGUAGE, { ...DATE, timeZone: "UTC" });
const utcMonth = new Intl.DateTimeFormat(LANGUAGE, { month: "long", year: "numeric", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const spans = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });

export const clock = (at: Date) => time.format(at);
/** Of a time, the day here; of a day, which is UTC's, that day. */
export const date = (at: string) => (at.length === "2026-01-31".length ? utcDate : day).format(new Date(at));
/** "November 2026" of a UTC day. */
export const month = (at: string) => utcMonth.format(new Date(at));
export const dateTime = (at: string) => moment.format(new Date(at));

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
];

const DAY = 86_400_000;
const utcDay = (at: number) => Math.floor(at / DAY);

/** "3 minutes ago"; "yesterday" is the UTC day before, as it is where a day is all that is known. */
export function ago(at: string, now = Date.now()): string {
  const then = new Date(at).getTime();
  let span = (then - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(span) < size) return spans.format(unit === "day" ? utcDay(then) - utcDay(now) : Math.round(span), unit);
    span /= size;
  }
  return spans.format(Math.round(span), "year");
}

/** 12,345 as people read it. */
export const figure = (count: number) => count.toLocaleString(LANGUAGE);

/** "at_risk" as people read it. */
export const words = (name: string) => name.replaceAll("_", " ");
