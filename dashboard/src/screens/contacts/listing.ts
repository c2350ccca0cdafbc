import { useAsk } from "../../data/asking";
import { callIn, read } from "../../data/supabase";
import type { ContactRow, Stage } from "./data";
import type { Filters, SignalFilter } from "./query";
import { keep, turned } from "./turning";

/** What the URL asks for. */
export interface Wanted extends Filters {
  text: string;
  /** Where the page before ended. */
  after: string;
}

export interface Place {
  score: number;
  id: string;
}

export interface Page {
  contacts: ContactRow[];
  /** So many of them stand above the page by now, and were on none before. */
  above: number;
  /** Where more of those may be, who have not been looked at. */
  begun: Place | null;
  looked: number;
  /** Where the list goes on. */
  next: Place | null;
  /** Nobody is left but who may stand above. */
  ended: boolean;
  more?: boolean;
}

/** A stage or a signal that is asked for and is not there (any more): nobody can be like that. */
export interface Missing {
  missing: string;
}

export interface Signal {
  name: string;
  signal: number;
}

/** What the rules in force count. */
export const useSignals = (workspace: string, isAsked: boolean) =>
  useAsk(isAsked ? `${workspace}/rules/force` : null, () => callIn<{ signals: Signal[] }>("rules_in_force", workspace));

export const useTraitNames = (workspace: string) =>
  useAsk(`${workspace}/contacts/traits`, () => callIn<{ names: string[]; more: boolean }>("trait_names", workspace));

export const useTraitValues = (workspace: string, trait: string) =>
  useAsk(trait ? `${workspace}/contacts/traits/${trait}` : null, () =>
    callIn<unknown[]>("trait_values", workspace, { p_trait: trait }),
  );

export interface View {
  id: string;
  name: string;
  query: string;
}

export const viewsKey = (workspace: string) => `${workspace}/views`;
export const useViews = (workspace: string) =>
  useAsk(viewsKey(workspace), () => read<View>("saved_views", workspace, "id,name,query", (query) => query.order("created_at").limit(50)));

const DAY = 86_400_000;

/** When somebody was last seen: "7" within the last 7 days, "-14" not for 14 days. */
function seen(days: string) {
  const number = Number(days);
  if (!number) return {};
  const limit = new Date(Date.now() - Math.abs(number) * DAY).toISOString();
  return number > 0 ? { p_seen_from: limit } : { p_seen_to: limit };
}

/** How many calls a page is worth: each looks at some hundreds of contacts, within 20 ms. */
const CALLS = 10;
export const PAGE = 50;

type Top = Record<string, never>;
type Ask = (after: Place | null, begun: Place | Top | null, shown: string[]) => Promise<Page>;

/**
 * Where a call's page is short, goes on with the next, until the page is full or has cost enough. The last page is as long as
 * it must be.
 */
async function lookFurther(ask: Ask, after: Place | null, begun: Place | Top, shown: string[]): Promise<Page> {
  let page = await ask(after, begun, shown);
  for (let calls = 1; page.next && (page.contacts.length < PAGE || page.ended) && calls < CALLS; calls++) {
    const more = await ask(page.next, page.begun, [...shown, ...page.contacts.map(({ id }) => id)]);
    page = {
      ...more,
      contacts: [...page.contacts, ...more.contacts],
      above: page.above + more.above,
      looked: page.looked + more.looked,
    };
  }
  return { ...page, next: page.ended ? null : page.next };
}

/** What is no place is the top. */
function readPlace(text: string): Place | null {
  const [, score, id] = /^(\d{1,3})_([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/.exec(text) ?? [];
  return id ? { score: Number(score), id } : null;
}

export const writePlace = (place: Place | null) => (place ? `${place.score}_${place.id}` : "");

const listOf = (workspace: string, wanted: Wanted) => JSON.stringify([workspace, { ...wanted, after: "" }]);

/** Remembers the page that is on the screen. */
export function keepPage(workspace: string, wanted: Wanted, { contacts, next }: Page): void {
  keep(listOf(workspace, wanted), { after: wanted.after, next: writePlace(next), ids: contacts.map(({ id }) => id) });
}

/** The page that the URL asks for; what its stages and signals are called is known by then. */
export async function list(workspace: string, wanted: Wanted, stages: Stage[], signals: Signal[]): Promise<Page | Missing> {
  if (wanted.text) {
    const found = await callIn<Pick<Page, "contacts" | "more">>("search_contacts", workspace, { p_text: wanted.text });
    return { ...found, above: 0, begun: null, looked: found.contacts.length, next: null, ended: true };
  }
  const stage = stages.find(({ name }) => name === wanted.stage)?.id;
  if (wanted.stage && !stage) return { missing: `stage ${wanted.stage}` };
  const numbers = new Map(signals.map(({ name, signal }) => [name, signal]));
  const unknown = wanted.signals.find(({ signal }) => !numbers.has(signal));
  if (unknown) return { missing: `signal ${unknown.signal}` };
  const counted = ({ signal, ...filter }: SignalFilter) => ({ ...filter, signal: numbers.get(signal) });
  const args = {
    ...(stage && { p_stage: stage }),
    ...(wanted.least && { p_least: Number(wanted.least) }),
    ...(wanted.most && { p_most: Number(wanted.most) }),
    ...seen(wanted.seen),
    ...(wanted.traits.length && { p_traits: wanted.traits }),
    ...(wanted.signals.length && { p_signals: wanted.signals.map(counted) }),
  };
  const before = turned(listOf(workspace, wanted), wanted.after);
  const begun = readPlace(before[0]?.after ?? wanted.after) ?? {};
  const ask: Ask = (p_after, p_begun, p_shown) => callIn<Page>("list_contacts", workspace, { ...args, p_after, p_begun, p_shown });
  return lookFurther(ask, readPlace(wanted.after), begun, before.flatMap(({ ids }) => ids));
}
