import { useAsk } from "../../data/asking";
import { call, read } from "../../data/supabase";

export interface ContactRow {
  id: string;
  score: number;
  stage: string | null;
  lastSeen: string | null;
  name: string | null;
  email: string | null;
  identity: { kind: string; value: string };
  /** The UTC day that score and stage are of. */
  asOf: string;
}

export interface Part {
  signal?: string;
  count?: number;
  lastOn?: string;
  trait?: string;
  operator?: string;
  points: number;
}

export interface Why {
  score: number;
  stage: string | null;
  engagement: number;
  fit: number;
  breakdown: Part[];
  asOf: string;
}

export interface Page {
  contacts: ContactRow[];
  /** Where the list goes on. */
  next: { score: number; id: string } | null;
  looked: number;
  more?: boolean;
}

export interface Stage {
  id: string;
  name: string;
}

export const useStages = (workspace: string) =>
  useAsk(`${workspace}/stages`, () =>
    read<Stage>("stages", workspace, "id,name", (query) => query.not("position", "is", null).order("position")),
  );

export const useWhy = (workspace: string, contact: string, asOf: string) =>
  useAsk(`${workspace}/why/${contact}/${asOf}`, () => call<Why>("explain_score", { p_contact: contact, p_on: asOf }));

const DAY = 86_400_000;

/** When somebody was last seen: "7" within the last 7 days, "-14" not for 14 days. */
function seen(days: string) {
  const number = Number(days);
  if (!number) return {};
  const limit = new Date(Date.now() - Math.abs(number) * DAY).toISOString();
  return number > 0 ? { p_seen_from: limit } : { p_seen_to: limit };
}

/** What the URL asks for. */
export interface Wanted {
  text: string;
  stage: string;
  least: string;
  most: string;
  seen: string;
  after: string;
}

export async function list(workspace: string, wanted: Wanted, stages: Stage[]): Promise<Page> {
  if (wanted.text) {
    const found = await call<Page>("search_contacts", { p_workspace: workspace, p_text: wanted.text });
    return { ...found, next: null, looked: found.contacts.length };
  }
  const [score, id] = wanted.after.split("_");
  const stage = stages.find(({ name }) => name === wanted.stage)?.id;
  return call<Page>("list_contacts", {
    p_workspace: workspace,
    ...(stage && { p_stage: stage }),
    ...(wanted.least && { p_least: Number(wanted.least) }),
    ...(wanted.most && { p_most: Number(wanted.most) }),
    ...(id && { p_after: { score: Number(score), id } }),
    ...seen(wanted.seen),
  });
}
