import { useAsk } from "../../data/asking";
import { BASE } from "../../data/location";
import { callIn } from "../../data/supabase";
import { readPlace } from "../../parts/paging";
import type { Workspace } from "../../shell/workspaces";
import type { ContactRow } from "../contacts/data";

const DAY = 86_400_000;

/** Whole UTC days, the last one included: from is in, to is not. */
export interface Span {
  from: string;
  to: string;
}

const iso = (at: number) => new Date(at).toISOString().slice(0, 10);
export const dayAfter = (day: string) => iso(Date.parse(day) + DAY);

export function lastDays(days: number, now = Date.now()): Span {
  const to = dayAfter(iso(now));
  return { from: iso(Date.parse(to) - days * DAY), to };
}

export function daysOf({ from, to }: Span): string[] {
  const days = [];
  for (let day = from; day < to; day = dayAfter(day)) days.push(day);
  return days;
}

export interface FunnelStage {
  id: string;
  name: string;
  /** Whether it is a step forward; having gone silent or left is none. */
  isStep: boolean;
  reached: number;
  now: number;
}

export interface Funnel {
  contacts: number;
  stages: FunnelStage[];
}

export interface Stay {
  id: string;
  name: string;
  entered: number;
  /** Seconds. */
  halfLeftAfter: number | null;
}

const within = ({ from, to }: Span) => ({ p_from: from, p_to: to });

export const useFunnel = (workspace: string, span: Span) =>
  useAsk(`${workspace}/stages/funnel/${JSON.stringify(span)}`, () => callIn<Funnel>("cohort_funnel", workspace, within(span)));

export const useStays = (workspace: string, span: Span) =>
  useAsk(`${workspace}/stages/time/${JSON.stringify(span)}`, () => callIn<Stay[]>("time_in_stages", workspace, within(span)));

/** People who entered that stage, by day; days without any are left out. */
export const useEntries = (workspace: string, stage: string | undefined, span: Span) =>
  useAsk(stage ? `${workspace}/stages/entries/${stage}/${JSON.stringify(span)}` : null, () =>
    callIn<{ day: string; contacts: number }[]>("stage_entries", workspace, { ...within(span), p_stage: stage }),
  );

/** Whom a number counts: known since then, and got as far as that stage, or are in it; or entered it then. */
export interface Whom {
  reached?: string;
  in?: string;
  entered?: string;
}

/** The list that a number opens. */
export function listOf(workspace: Workspace, { from, to }: Span, whom: Whom = {}): string {
  return `${BASE}/w/${workspace.slug}/contacts?${new URLSearchParams({ from, to, ...whom })}`;
}

export interface People {
  contacts: ContactRow[];
  looked: number;
  next: { at: string; id: string } | null;
}

/** A page of them; `stage` is the id of whichever stage is named. */
export function people(workspace: string, span: Span, whom: Whom, stage: string | undefined, after: string): Promise<People> {
  const page = { ...within(span), p_after: readPlace(after, "at", "id") };
  if (whom.entered) return callIn<People>("list_entries", workspace, { ...page, p_stage: stage });
  return callIn<People>("list_cohort", workspace, { ...page, ...(whom.reached && { p_reached: stage }), ...(whom.in && { p_now_in: stage }) });
}
