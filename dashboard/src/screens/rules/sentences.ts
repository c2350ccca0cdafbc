import { figure, words } from "../../parts/format";
import { asText, condition } from "../../parts/values";
import type { Condition, Definition, Fit, List, Rules, Signal, Stage } from "./data";

type Entry = Signal | Fit | Stage;

/** A sentence in two parts: what it is about, and what is said of it. */
export type Sentence = [about: string, said: string];

const many = (count: number, noun: string) => `${figure(count)} ${noun}${Math.abs(count) === 1 ? "" : "s"}`;

export const people = (count: number) => (count === 1 ? "1 person" : `${figure(count)} people`);
export const mails = (count: number) => many(count, "mail");

const points = (value: number) => `${value < 0 ? "takes" : "gives"} ${many(Math.abs(value), "point")}`;

const pairs = (condition: Condition) =>
  Object.entries(condition).map(([key, value]) => `${key} ${typeof value === "object" ? "contains" : "is"} ${asText(value)}`).join(" and ");

function defined({ event, condition, trustedOnly }: Partial<Definition>): string {
  const where = condition && Object.keys(condition).length ? ` where ${pairs(condition)}` : "";
  return `${event}${where}${trustedOnly ? ", as a server says it," : ""}`;
}

const SENTENCES: { [L in List]: (entry: Rules[L][number]) => Sentence } = {
  signals: (signal) => {
    const most = `${signal.cap ?? 100} at most`;
    if (defined(signal) === signal.name) return [signal.name, `${points(signal.points)} each time, ${most}`];
    return [signal.name, `each ${defined(signal)} ${points(signal.points)}, ${most}`];
  },
  fit: ({ trait, operator, operand, points: value }) => [trait, `${condition(operator, operand)}: ${points(value)}`],
  stages: (stage) => [
    words(stage.name),
    stage.score !== undefined
      ? stage.score ? `from a score of ${stage.score}` : "everybody begins here"
      : stage.silenceDays !== undefined
        ? `after ${many(stage.silenceDays, "day")} of silence`
        : `when ${defined(stage)} happens`,
  ],
};

export const sentence = (list: List, entry: Entry): Sentence => (SENTENCES[list] as (entry: Entry) => Sentence)(entry);

export const faded = (days: number) => `Points fade: what happened ${many(days, "day")} ago counts half.`;

/** What two entries have in common when one became the other. */
function isSame(list: List, one: Entry, other: Entry): boolean {
  if (list === "fit") return JSON.stringify({ ...one, points: 0 }) === JSON.stringify({ ...other, points: 0 });
  const [a, b] = [one as Signal & Stage, other as Signal & Stage];
  if (list === "stages" && a.id && b.id) return a.id === b.id;
  return a.name === b.name || (list === "signals" && a.signal !== undefined && a.signal === b.signal);
}

export const before = (list: List, entry: Entry, rules: Rules) => rules[list].find((other) => isSame(list, entry, other));

const full = (list: List, entry: Entry) => sentence(list, entry).join(": ");

/** Whether an entry is as it was. */
export function mark(list: List, entry: Entry, rules: Rules): "new" | "changed" | undefined {
  const old = before(list, entry, rules);
  if (!old) return "new";
  return full(list, old) === full(list, entry) ? undefined : "changed";
}

export interface Difference {
  was?: string | undefined;
  now?: string | undefined;
}

/** What changed between two documents, sentence by sentence. */
export function differences(was: Rules, now: Rules): Difference[] {
  const found: Difference[] = [];
  for (const list of ["signals", "fit", "stages"] as const) {
    for (const entry of now[list]) {
      const old = before(list, entry, was);
      if (mark(list, entry, was)) found.push({ was: old && full(list, old), now: full(list, entry) });
    }
    for (const old of was[list]) if (!before(list, old, now)) found.push({ was: full(list, old) });
  }
  if (was.halfLifeDays !== now.halfLifeDays) found.push({ was: faded(was.halfLifeDays), now: faded(now.halfLifeDays) });
  const order = ({ stages }: Rules) => stages.map(({ name }) => words(name)).join(", ");
  if (!found.length && order(was) !== order(now)) found.push({ was: order(was), now: order(now) });
  return found;
}
