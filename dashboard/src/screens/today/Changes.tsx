import type { ComponentChildren } from "preact";
import { BASE } from "../../data/location";
import { figure } from "../../parts/format";
import { StageChip } from "../../parts/score";
import { Panel } from "../../parts/states";
import { SCREENS } from "../../routes";
import type { Workspace } from "../../shell/workspaces";
import { Count } from "../stages/Count";
import { listOf } from "../stages/data";
import { useChanges, type Changes as Found } from "./data";

export function Changes({ workspace, since }: { workspace: Workspace; since: string }) {
  const asked = useChanges(workspace.id, since);
  return (
    <Panel
      asked={asked} what="What has changed" lines={5} isEmpty={({ contacts, stages, mails, published }) => !contacts && !stages.length && !mails && !published}
      empty={<p class="muted">Nothing has changed. New contacts, changes of stage and mails will be here.</p>}
    >
      {(found) => <Shown workspace={workspace} found={found} />}
    </Panel>
  );
}

/** A link where there is such a screen. */
export function To({ workspace, screen, children }: { workspace: Workspace; screen: string; children: ComponentChildren }) {
  if (!SCREENS.some(({ path }) => path === screen)) return <>{children}</>;
  return <a href={`${BASE}/w/${workspace.slug}/${screen}`}>{children}</a>;
}

function Shown({ workspace, found: { from, to, contacts, stages, mails, published } }: { workspace: Workspace; found: Found }) {
  const span = { from, to };
  return (
    <ul class="changes">
      {contacts > 0 && <li><Count href={listOf(workspace, span)} value={contacts} /> new {contacts === 1 ? "contact" : "contacts"}</li>}
      {stages.map(({ name, contacts: count }) => (
        <li key={name}><Count href={listOf(workspace, span, { entered: name })} value={count} /> entered <StageChip name={name} /></li>
      ))}
      {mails > 0 && <li><To workspace={workspace} screen="emails"><b>{figure(mails)}</b></To> {mails === 1 ? "mail" : "mails"} went out</li>}
      {published > 0 && <li><To workspace={workspace} screen="rules">The rules</To> were changed{published > 1 && ` ${published} times`}</li>}
    </ul>
  );
}
