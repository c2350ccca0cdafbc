import { add, change, remove } from "../../data/supabase";
import type { Invitation } from "../../shell/workspaces";

const MEANINGS = {
  workspaces_slug_key: "This short name is taken. Choose another one.",
  workspaces_slug_format: "A short name has small letters, digits and hyphens, at most 40, and begins and ends without a hyphen.",
  workspaces_name_length: "A name has 1 to 100 characters.",
};

/** Asks for a workspace, which is there when this returns; the caller owns it. */
export async function makeWorkspace(name: string, slug: string, kind: string): Promise<void> {
  await add("workspace_requests", crypto.randomUUID(), { name, slug, kind }, MEANINGS);
}

export const joinWorkspace = ({ id, workspace }: Invitation) =>
  change("invitations", workspace, { id }, { status: "accepted" });

export const refuseInvitation = ({ id, workspace }: Invitation) => remove("invitations", workspace, { id });
