import { useState } from "preact/hooks";
import { date } from "../../parts/format";
import { Action } from "../../parts/forms";
import type { Workspace } from "../../shell/workspaces";
import type { Shown } from "./Contact";
import { Move } from "./Move";

const LABELS: Record<string, string> = { userId: "User id", email: "Email", anonymousId: "Anonymous id" };

interface Props {
  workspace: Workspace;
  contact: Shown;
}

/** What this person is known by. All but a userId can be given to somebody else: two userIds are never one contact. */
export function Identities({ workspace, contact }: Props) {
  const [moving, move] = useState<string>();
  return (
    <section class="card" aria-labelledby="identities">
      <header><h2 id="identities">Identities</h2></header>
      <dl class="facts">
        {contact.identities.map((identity) => (
          <div key={identity.id}>
            <dt>{LABELS[identity.kind]}</dt>
            <dd>
              <code>{identity.value}</code> <small>since {date(identity.since)}{identity.isMoved && ", moved here by hand"}</small>
              {identity.kind !== "userId" && moving !== identity.id && (
                <Action role={workspace.role} needs="admin" class="small" onClick={() => move(identity.id)}>Move</Action>
              )}
              {moving === identity.id && (
                <Move workspace={workspace} contact={contact} identity={identity} close={() => move(undefined)} />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
