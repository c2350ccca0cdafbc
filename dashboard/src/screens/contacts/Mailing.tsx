import { Mailed } from "../../parts/suppression";
import type { Workspace } from "../../shell/workspaces";
import type { Shown } from "./Contact";

/** Whether this person is mailed at all, and the way to stop it. */
export function Mailing({ workspace, contact }: { workspace: Workspace; contact: Shown }) {
  const hasAddress = contact.email !== null || contact.identities.some(({ kind }) => kind === "email");
  return (
    <section class="card" aria-labelledby="mailing">
      <header><h2 id="mailing">Mail to them</h2></header>
      {hasAddress ? <Mailed workspace={workspace} lookup={{ contactId: contact.id }} /> : <p class="muted">No address is known.</p>}
    </section>
  );
}
