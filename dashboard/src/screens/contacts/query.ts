// Filters as they stand in the URL and in saved views:
//   stage=engaged&least=40&seen=7&trait.plan=is:pro&trait.company.size=between:50..&did.Pricing Viewed=2,30d
import { asText, listed, meant, readList, type Operator } from "../../parts/values";

export interface TraitFilter {
  trait: string;
  operator: Operator;
  operand?: unknown;
  not: boolean;
}

export interface SignalFilter {
  /** Its name in the rules. */
  signal: string;
  /** How many times at the least; together with `not`, fewer times than that. */
  least: number;
  not: boolean;
  /** In the last so many UTC days, or since one of them. */
  days?: number;
  since?: string;
}

/** What the list is narrowed by. */
export interface Filters {
  stage: string;
  least: string;
  most: string;
  seen: string;
  traits: TraitFilter[];
  signals: SignalFilter[];
}

const PLAIN = ["stage", "least", "most", "seen"] as const;
const SHORT: Record<Operator, string> = { equals: "is", in: "in", contains: "contains", between: "between", exists: "known" };
const LONG = Object.fromEntries(Object.entries(SHORT).map(([operator, short]) => [short, operator])) as Record<string, Operator>;

/** "50.." as [50, null]; nothing where neither end is a number. */
function range(text: string): (number | null)[] | undefined {
  const ends = text.split("..").map((end) => (end.trim() && Number.isFinite(Number(end)) ? Number(end) : null));
  return ends.length === 2 && ends.some((end) => end !== null) ? ends : undefined;
}

/** What list_contacts() takes of one list, and of a trait's name. */
const MOST_VALUES = 100;
const LONGEST_NAME = 255;

/** An operand as it was typed; nothing where it is none. */
export function operandOf(operator: Operator, text: string): unknown {
  if (operator === "between") return range(text);
  if (operator === "in") {
    const values = readList(text);
    return values.length > 0 && values.length <= MOST_VALUES ? values : undefined;
  }
  const value = meant(text.trim());
  return value === "" || typeof value === "object" ? undefined : value;
}

export function operandText({ operator, operand }: TraitFilter): string {
  const ends = operand as unknown[];
  if (operator === "exists") return "";
  if (operator === "between") return ends.map((end) => end ?? "").join("..");
  return operator === "in" ? ends.map(listed).join(",") : asText(operand);
}

function readTrait(trait: string, text: string): TraitFilter | undefined {
  const [, not, short = "", , operand = ""] = /^(not-)?(\w+)(:(.*))?$/s.exec(text) ?? [];
  const operator = Object.hasOwn(LONG, short) ? LONG[short] : undefined;
  if (!operator || !trait || trait.length > LONGEST_NAME) return undefined;
  if (operator === "exists") return { trait, operator, not: !!not };
  const read = operandOf(operator, operand);
  return read === undefined ? undefined : { trait, operator, operand: read, not: !!not };
}

const writeTrait = (filter: TraitFilter) => {
  const operand = operandText(filter);
  return `${filter.not ? "not-" : ""}${SHORT[filter.operator]}${operand && `:${operand}`}`;
};

/** Date.parse() takes the 31st of February for a day in March. */
export const isDay = (text: string) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

function readSignal(signal: string, text: string): SignalFilter | undefined {
  const [, times, , days, since] = /^(never|[1-9]\d{0,2})(,(?:([1-9]\d{0,3})d|([12]\d{3}-\d\d-\d\d)))?$/.exec(text) ?? [];
  if (!times || !signal || Number(days) > 3650 || (since && !isDay(since))) return undefined;
  const counted = times === "never" ? { least: 1, not: true } : { least: Number(times), not: false };
  return { signal, ...counted, ...(days && { days: Number(days) }), ...(since && { since }) };
}

const writeSignal = ({ least, not, days, since }: SignalFilter) =>
  `${not ? "never" : least}${days ? `,${days}d` : since ? `,${since}` : ""}`;

/** How many of traits and signals together a list takes. */
export const MOST = 10;

/** The filters that a query names; what is none is left out, wherever the query came from. */
export function readFilters(query: URLSearchParams): Filters {
  const filters: Filters = { stage: "", least: "", most: "", seen: "", traits: [], signals: [] };
  for (const name of PLAIN) filters[name] = query.get(name) ?? "";
  for (const name of ["least", "most"] as const) if (!/^\d{1,3}$/.test(filters[name])) filters[name] = "";
  if (!/^-?\d{1,4}$/.test(filters.seen)) filters.seen = "";
  for (const [name, text] of query) {
    const trait = name.startsWith("trait.") ? readTrait(name.slice(6), text) : undefined;
    const signal = name.startsWith("did.") ? readSignal(name.slice(4), text) : undefined;
    if (filters.traits.length + filters.signals.length === MOST) break;
    if (trait) filters.traits.push(trait);
    if (signal) filters.signals.push(signal);
  }
  return filters;
}

/** The same filters in the same order give the same text; none give "". */
export function writeFilters(filters: Filters): string {
  const query = new URLSearchParams();
  for (const name of PLAIN) if (filters[name]) query.set(name, filters[name]);
  for (const filter of filters.traits) query.append(`trait.${filter.trait}`, writeTrait(filter));
  for (const filter of filters.signals) query.append(`did.${filter.signal}`, writeSignal(filter));
  return query.toString().replaceAll("%3A", ":").replaceAll("%2C", ","); // which a query may hold as they are
}
