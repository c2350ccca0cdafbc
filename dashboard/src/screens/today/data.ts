import { useAsk } from "../../data/asking";
import { callIn } from "../../data/supabase";
import type { ContactRow, Part } from "../contacts/data";

export interface Person extends ContactRow {
  email: string;
  lastMail: string | null;
  /** What speaks most for them. */
  reasons: Omit<Part, "points">[];
}

export interface Changes {
  from: string;
  to: string;
  contacts: number;
  stages: { name: string; contacts: number }[];
  mails: number;
  published: number;
}

interface Meter {
  used: number;
  quota: number | null;
}

export interface Troubles {
  smtp: { host: string; error: string; at: string } | null;
  rejections: { code: string; count: number }[];
  mails: { looked: number; failed: number; unknown: number; bounced: number; complained: number };
  lacksAddress: boolean;
  usage: { contacts: Meter; emails: Meter };
  marketingPaused: boolean;
  events: { any: boolean; silent: boolean; lastAt: string | null };
}

export const usePeople = (workspace: string) =>
  useAsk(`${workspace}/today/people`, () => callIn<Person[]>("people_to_write_to", workspace));

export const useChanges = (workspace: string, since: string) =>
  useAsk(`${workspace}/today/changes/${since}`, () => callIn<Changes>("changes_since", workspace, { p_since: since }));

export const useTroubles = (workspace: string) =>
  useAsk(`${workspace}/today/troubles`, async (): Promise<Troubles> => {
    const [troubles, events] = await Promise.all([
      callIn<Omit<Troubles, "events">>("troubles", workspace),
      callIn<Troubles["events"]>("event_silence", workspace),
    ]);
    return { ...troubles, events };
  });

const HALF_AN_HOUR = 1_800_000;
const WEEK = 604_800_000;

interface Visit {
  /** The end of the visit before this one, or a week ago where there was none. */
  since: number;
  isFirst: boolean;
  /** When this one was last noticed. */
  seen: number;
}

/**
 * When the visit before this one ended, in this browser. What is looked at again within half an hour is one visit, so that a
 * reload does not wipe out what was new.
 */
export function lastVisit(workspace: string, now = Date.now()): { since: string; isFirst: boolean } {
  const key = `conversioncrm-visit-${workspace}`;
  const stored = JSON.parse(localStorage.getItem(key) ?? "null") as Visit | null;
  const isSame = stored !== null && now - stored.seen <= HALF_AN_HOUR;
  const since = isSame ? stored.since : (stored?.seen ?? now - WEEK);
  const isFirst = isSame ? stored.isFirst : stored === null;
  localStorage.setItem(key, JSON.stringify({ since, isFirst, seen: now } satisfies Visit));
  return { since: new Date(since).toISOString(), isFirst };
}
