import { useAsk } from "../../data/asking";
import { post } from "../../data/endpoints";
import { Failure } from "../../data/failure";
import { add, callIn, changeSeen, read } from "../../data/supabase";
import type { Operator } from "../../parts/values";

export type Condition = Record<string, unknown>;

/** An event, maybe narrowed by what its properties contain. */
export interface Definition {
  event: string;
  condition?: Condition;
  trustedOnly?: boolean;
  /** The number it is counted under; what is new has none yet. */
  signal?: number;
}

export interface Signal extends Definition {
  name: string;
  points: number;
  cap?: number;
}

export interface Fit {
  trait: string;
  operator: Operator;
  operand?: unknown;
  points: number;
}

/** Reached by a score, by an event or by silence. */
export interface Stage extends Partial<Definition> {
  name: string;
  id?: string;
  score?: number;
  silenceDays?: number;
}

export interface Rules {
  halfLifeDays: number;
  signals: Signal[];
  fit: Fit[];
  stages: Stage[];
}

export type List = "signals" | "fit" | "stages";

export interface Draft {
  id: string;
  rules: Rules;
  changed_at: string;
}

export interface Preview {
  status: "counting" | "previewing" | "previewed" | "published" | "discarded";
  on: string | null;
  done: number;
  total: number | null;
  moves: { from: string; to: string; contacts: number; examples: Example[] }[];
  mails: { automation: string; mails: number; mailable: number }[];
}

export interface Example {
  contactId: string;
  score: number;
  userId?: string;
  email?: string;
  anonymousId?: string;
}

export interface Version {
  id: string;
  rules: Rules;
  decided_at: string;
}

export interface Rescore {
  done: number;
  total: number | null;
  requested_at: string;
  finished_at: string | null;
}

const OPEN = ["counting", "previewing", "previewed"];
const SOON = 1000;

export const useRules = (workspace: string) =>
  useAsk(`${workspace}/rules/force`, () => callIn<Rules>("rules_in_force", workspace));

/** The draft that was begun last and is neither published nor discarded; null without one. */
export const useDraft = (workspace: string) => useAsk(`${workspace}/rules/draft`, () => readDraft(workspace));

async function readDraft(workspace: string): Promise<Draft | null> {
  const drafts = await read<Draft>("rule_drafts", workspace, "id,rules,changed_at", (query) =>
    query.in("status", OPEN).order("created_at", { ascending: false }).limit(1),
  );
  return drafts[0] ?? null;
}

/** Asking is what makes it go on, so it is asked until it is complete. */
export function usePreview(workspace: string, draft: Draft) {
  const key = `${workspace}/rules/preview/${draft.id}/${draft.changed_at}`;
  return useAsk(key, () => post<Preview>("/api/score", workspace, { preview: draft.id }), {
    until: ({ status }) => status === "previewed",
    every: SOON,
  });
}

export const useVersions = (workspace: string, isOpen: boolean) =>
  useAsk(isOpen ? `${workspace}/rules/versions` : null, () =>
    read<Version>("rule_drafts", workspace, "id,rules,decided_at", (query) =>
      query.eq("status", "published").order("decided_at", { ascending: false }).limit(10),
    ),
  );

/** How far everybody is scored by the rules in force; null when these have never been changed. */
export function useRescore(workspace: string, mayAsk: boolean) {
  const look = async () =>
    (await read<Rescore>("rescores", workspace, "done,total,requested_at,finished_at", (query) => query.limit(1)))[0] ?? null;
  const ask = async () => {
    const progress = await look();
    if (!progress || progress.finished_at || !mayAsk) return progress;
    await post("/api/score", workspace, { recompute: true }); // makes it go on, and begins none while one is under way
    return look();
  };
  return useAsk(`${workspace}/rules/rescore`, ask, { until: (progress) => !progress || !!progress.finished_at, every: SOON });
}

const asSeen = ({ id, changed_at }: Draft) => ({ id, changed_at });
const CHANGED = { stale: "Somebody has changed the draft meanwhile. It is shown as it is now: put yours in once more." };

/**
 * The rules go into the open draft where it is still the one that was seen, or into a new one. The database says what is
 * wrong with them.
 */
export async function save(workspace: string, draft: Draft | null, rules: Rules): Promise<void> {
  try {
    if (draft) await changeSeen("rule_drafts", workspace, asSeen(draft), { rules }, CHANGED);
    else if (await readDraft(workspace)) throw new Failure(CHANGED.stale, "stale", 409, "");
    else await add("rule_drafts", workspace, { rules });
  } catch (error) {
    throw error instanceof Failure ? named(error, rules) : error;
  }
}

const KINDS: Record<string, string> = { signals: "Signal", fit: "Fit rule", stages: "Stage" };

/** What is wrong with `/signals/2`, said of the signal by its name. */
function named({ message, code, status, requestId, errors }: Failure, rules: Rules): Failure {
  const name = (pointer: string) => {
    const [, list = "", index = ""] = pointer.split("/");
    const entry = rules[list as List]?.[Number(index || NaN)];
    const kind = KINDS[list] ?? "Rules";
    return entry ? `${kind} ${"name" in entry ? entry.name : entry.trait}` : kind;
  };
  const places = errors.map(({ pointer, detail }) => ({
    pointer: name(pointer),
    detail: `needs ${detail.replace(/\/(signals|fit|stages)\/\d+/g, name)}`,
  }));
  return new Failure(places.length ? "It can't be like that." : message, code, status, requestId, places);
}

export const decide = (workspace: string, draft: Draft, decision: "publish" | "discard") =>
  changeSeen("rule_drafts", workspace, asSeen(draft), { decision }, {
    stale: "Somebody has changed the draft meanwhile. It is shown as it is now.",
    PT409: "Somebody published or discarded this draft meanwhile.",
    PT425: "The draft has just changed: wait for the new preview.",
  });
