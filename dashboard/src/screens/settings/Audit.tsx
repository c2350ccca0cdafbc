import { useAsk } from "../../data/asking";
import { BASE, useHere } from "../../data/location";
import { callIn } from "../../data/supabase";
import { dateTime, words } from "../../parts/format";
import { Paging, readPlace } from "../../parts/paging";
import { AsOf, Empty, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import { may, type Workspace } from "../../shell/workspaces";

interface Entry {
  id: string;
  actor: string;
  who: string | null;
  action: string;
  contactId: string | null;
  detail: { role?: string; columns?: string[]; decision?: string };
  at: string;
}
interface Page {
  entries: Entry[];
  next: { at: string; id: string } | null;
}

export default function Audit({ workspace }: ScreenProps) {
  const after = useHere().query.get("after") ?? "";
  const mayRead = may(workspace.role, "admin");
  const asked = useAsk(mayRead ? `${workspace.id}/audit/${after}` : null, () =>
    callIn<Page>("list_audit", workspace.id, { p_after: readPlace(after, "at", "id") }),
  );
  if (!mayRead) {
    return <Empty title="The audit log is for owners and admins."><p>It says who changed what, and who saw, corrected, erased or exported whose data.</p></Empty>;
  }
  return (
    <section class="card" aria-labelledby="audit">
      <header><h2 id="audit">Who did what</h2><AsOf asked={asked} /></header>
      <Panel
        asked={asked} what="The audit log" lines={10} isEmpty={({ entries }) => !entries.length}
        empty={<p class="muted">Nothing yet. Changes of settings, keys, members, rules and mails will be here, and each look at somebody's data.</p>}
      >
        {({ entries, next }) => (
          <>
            <ul class="rows">{entries.map((entry) => <Row key={entry.id} workspace={workspace} entry={entry} />)}</ul>
            <Paging after={after} next={next} />
          </>
        )}
      </Panel>
    </section>
  );
}

const DONE: Record<string, string> = {
  insert: "made", update: "changed", delete: "removed", access: "looked at", correct: "corrected", erase: "erased", request: "asked for",
  link: "links shown", request_deletion: "deletion asked for", cancel_deletion: "deletion cancelled",
};
const THINGS: Record<string, string> = {
  api_keys: "API key", workspaces: "settings", smtp_settings: "mail server", rule_drafts: "rules", members: "member",
  invitations: "invitation", templates: "template", automations: "automation", suppressions: "suppression",
  stage_pins: "pinned stage", identity_moves: "moved identity", saved_views: "saved view",
};

const DECIDED: Record<string, string> = { publish: "published", discard: "draft discarded" };
/** What a change of a row means where it says little by itself. */
const MEANT: Record<string, string> = {
  "rule_drafts.insert": "draft begun", "rule_drafts.update": "draft changed", "invitations.delete": "accepted or taken back",
};

/** "api_keys.insert" as a person reads it. */
function said({ action, detail }: Entry): string {
  const [thing = "", deed = ""] = action.split(".");
  const named = THINGS[thing] ?? words(thing);
  return `${named.charAt(0).toUpperCase()}${named.slice(1)}: ${DECIDED[detail.decision ?? ""] ?? MEANT[action] ?? DONE[deed] ?? words(deed)}`;
}

function Row({ workspace, entry }: { workspace: Workspace; entry: Entry }) {
  const { columns, role } = entry.detail;
  return (
    <li>
      <div>
        <b>{said(entry)}</b>{role && <small> as {role}</small>}
        {entry.contactId && <> · <a href={`${BASE}/w/${workspace.slug}/contacts/${entry.contactId}`}>contact</a></>}
        <br />
        <small>
          {entry.who ?? (entry.actor.startsWith("member:") ? "somebody who has left" : entry.actor.startsWith("key:") ? "a key" : entry.actor)}
          {columns && columns.length > 0 && !entry.detail.decision && ` · ${columns.map(words).join(", ")}`}
        </small>
      </div>
      <time dateTime={entry.at}>{dateTime(entry.at)}</time>
    </li>
  );
}
