import { useAsk } from "../../data/asking";
import { call, read } from "../../data/supabase";
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
  /** So many of them were behind the pages before when these were shown. */
  risen: number;
  /** Where more of those may be, who have not been looked at. */
  begun?: Place | null;
  /** Where the list goes on. */
  next: Place | null;
  looked: number;
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
  useAsk(isAsked ? `${workspace}/rules/force` : null, () => call<{ signals: Signal[] }>("rules_in_force", { p_workspace: workspace }));

export const useTraitNames = (workspace: string) =>
  useAsk(`${workspace}/contacts/traits`, () => call<{ names: string[]; more: boolean }>("trait_names", { p_workspace: workspace }));

export const useTraitValues = (workspace: string, trait: string) =>
  useAsk(trait ? `${workspace}/contacts/traits/${trait}` : null, () =>
    call<unknown[]>("trait_values", { p_workspace: workspace, p_trait: trait }),
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
/** Of the place where a list ends. */
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";
type Ask = (after: Place | null, begun: Place | Top | null, shown: string[]) => Promise<Page>;

/** Where a call's page is short, goes on with the next, until the page is full or has cost enough. */
async function lookFurther(ask: Ask, after: Place | null, begun: Place | Top, shown: string[]): Promise<Page> {
  let page = await ask(after, begun, shown);
  for (let calls = 1; page.next && page.contacts.length < PAGE && calls < CALLS; calls++) {
    const more = await ask(page.next, page.begun ?? null, [...shown, ...page.contacts.map(({ id }) => id)]);
    page = {
      ...more,
      contacts: [...page.contacts, ...more.contacts],
      risen: page.risen + more.risen,
      looked: page.looked + more.looked,
    };
  }
  return page;
}

export const written = (place: Place | null) => (place ? `${place.score}_${place.id}` : "");

/** What is no place is the top. */
function place(text: string): Place | null {
  const [, score, id] = /^(\d{1,3})_([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/.exec(text) ?? [];
  return id ? { score: Number(score), id } : null;
}

/** The page of a list that begins there, without whom the pages before it have shown. */
async function turn(args: Record<string, unknown>, of: string, after: string): Promise<Page> {
  const before = turned(of, after);
  const begun = place(before[0]?.after ?? after) ?? {};
  const ask: Ask = (p_after, p_begun, p_shown) => call<Page>("list_contacts", { ...args, p_after, p_begun, p_shown });
  const page = await lookFurther(ask, place(after), begun, before.flatMap(({ ids }) => ids));
  // The end, but for those who may have risen and were not looked at: what a page may cost went into that.
  if (page.begun && page.next?.id === LAST && page.contacts.length < PAGE) page.next = null;
  keep(of, { after, next: written(page.next), ids: page.contacts.map(({ id }) => id) });
  return page;
}

/** The page that the URL asks for; what its stages and signals are called is known by then. */
export async function list(workspace: string, wanted: Wanted, stages: Stage[], signals: Signal[]): Promise<Page | Missing> {
  if (wanted.text) {
    const found = await call<Page>("search_contacts", { p_workspace: workspace, p_text: wanted.text });
    return { ...found, risen: 0, next: null, looked: found.contacts.length };
  }
  const stage = stages.find(({ name }) => name === wanted.stage)?.id;
  if (wanted.stage && !stage) return { missing: `stage ${wanted.stage}` };
  const numbers = new Map(signals.map(({ name, signal }) => [name, signal]));
  const unknown = wanted.signals.find(({ signal }) => !numbers.has(signal));
  if (unknown) return { missing: `signal ${unknown.signal}` };
  const counted = ({ signal, ...filter }: SignalFilter) => ({ ...filter, signal: numbers.get(signal) });
  const args = {
    p_workspace: workspace,
    ...(stage && { p_stage: stage }),
    ...(wanted.least && { p_least: Number(wanted.least) }),
    ...(wanted.most && { p_most: Number(wanted.most) }),
    ...seen(wanted.seen),
    ...(wanted.traits.length && { p_traits: wanted.traits }),
    ...(wanted.signals.length && { p_signals: wanted.signals.map(counted) }),
  };
  return turn(args, JSON.stringify([workspace, { ...wanted, after: "" }]), wanted.after);
}
