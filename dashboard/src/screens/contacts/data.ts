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
