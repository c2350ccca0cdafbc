import { changed } from "../../data/asking";
import { call, remove } from "../../data/supabase";
import { date, dateTime, words } from "../../parts/format";
import { Action, useDoing } from "../../parts/forms";
import { Failed } from "../../parts/states";
import type { Role, Workspace } from "../../shell/workspaces";

interface Mail {
  status: "queued" | "sent" | "failed" | "unknown" | "skipped";
  reason: string | null;
  at: string;
}
export interface Invited {
  id: string;
  email: string;
  role: Role;
  /** The inviter's address, while they are a member. */
  by: string | null;
  createdAt: string;
  expiresAt: string;
  /** null: from before invitations were mailed. */
  mail: Mail | null;
}

const DAY = 24 * 3600_000;
const REASONS: Record<string, string> = {
  once_a_day: "this workspace has had them mailed within 24 hours",
  address_limit: "this address has had enough invitations for a day",
  workspace_limit: "this workspace has had as many people mailed as a day allows",
  inviter_limit: "whoever invited them has had as many people mailed as a day allows",
  workspace_deletion_pending: "the workspace was being deleted",
  no_owner: "whoever invited them was no owner any more",
  lapsed: "the invitation had run out",
};

/** What became of the mail, and nothing that is not known of it. */
function told(mail: Mail | null): string {
  if (!mail) return "not mailed: from before invitations were mailed";
  const why = mail.reason && (REASONS[mail.reason] ?? `the provider refused it (${words(mail.reason)})`);
  switch (mail.status) {
    case "sent":
      return `mailed at ${dateTime(mail.at)}`;
    case "queued":
      return why ? `not mailed yet: ${why}; tried again` : "not mailed yet: goes out with the next run";
    case "unknown":
      return "maybe mailed: the answer was lost, so it is not repeated";
    default:
      return `not mailed: ${why ?? "the provider refused it"}`;
  }
}

export function Invitation({ workspace, invited }: { workspace: Workspace; invited: Invited }) {
  const doing = useDoing();
  const { id, email, role, by, createdAt, expiresAt, mail } = invited;
  const act = (deed: () => Promise<unknown>) => () => void doing.run(async () => {
    await deed();
    changed(`${workspace.id}/invitations`);
  });
  const takeBack = act(() => remove("invitations", workspace.id, { id }));
  const again = act(() => call("invite_again", { p_workspace: workspace.id, p_invitation: id }));
  const isOver = new Date(expiresAt).getTime() < Date.now();
  const isRecent = !!mail && Date.now() - new Date(mail.at).getTime() < DAY;
  const rests = mail?.status === "queued" || (isRecent && (mail.status !== "skipped" || mail.reason === "once_a_day"));
  return (
    <li>
      <div>
        <b>{email}</b>
        <br />
        <small>
          as {role}, invited {by && `by ${by} `}on {date(createdAt)};{" "}
          {isOver ? `ran out on ${date(expiresAt)}` : `not answered yet, holds until ${date(expiresAt)}`}
        </small>
        <br />
        <small>{told(mail)}</small>
      </div>
      <div class="row">
        {!rests && <Action role={workspace.role} needs="owner" class="small" busy={doing.busy} onClick={again}>Send again</Action>}
        <Action role={workspace.role} needs="owner" class="small" busy={doing.busy} onClick={takeBack}>Take back</Action>
      </div>
      {doing.failure && <Failed failure={doing.failure} what="The invitation" />}
    </li>
  );
}
