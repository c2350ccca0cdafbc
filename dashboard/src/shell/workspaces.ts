import { useAsk } from "../data/asking";
import { call, MINE } from "../data/supabase";

export type Role = "owner" | "admin" | "viewer";

export interface Workspace {
  id: string;
  name: string;
  slug: string;
  role: Role;
  createdAt: string;
  /** When its deletion was asked for. */
  deletionRequestedAt: string | null;
  /** Until when that can be cancelled. */
  purgeAfter: string | null;
  /** The last subscription's status, where its payment failed. */
  payment: "past_due" | "unpaid" | null;
}

export interface Invitation {
  id: string;
  workspace: string;
  name: string;
  role: Role;
}

export interface Mine {
  workspaces: Workspace[];
  invitations: Invitation[];
}

export { MINE };

/** The workspaces that the caller is a member of, and those that they are invited to. */
export const useMine = () => useAsk(MINE, () => call<Mine>("my_workspaces", {}));

const LAST = "conversioncrm-workspace";

/** The workspace that was open last, so that /app/ leads there. */
export const lastSlug = {
  get: () => localStorage.getItem(LAST),
  set: (slug: string) => localStorage.setItem(LAST, slug),
};

const RANK: Record<Role, number> = { viewer: 0, admin: 1, owner: 2 };

/** Whether a role is enough. What follows is a courtesy: Postgres decides. */
export const may = (role: Role, needed: Role) => RANK[role] >= RANK[needed];
