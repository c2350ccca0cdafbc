import { useState } from "preact/hooks";
import { changed } from "../../data/asking";
import { makeKey } from "../../data/keys";
import { change } from "../../data/supabase";
import { date } from "../../parts/format";
import { Action, Confirm, Form, useDoing } from "../../parts/forms";
import { Failed } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import type { Key, Made } from "./Keys";
import { Origins, parseOrigins } from "./origins";

interface Props {
  workspace: Workspace;
  apiKey: Key;
  onMade: (made: Made) => void;
}

export function KeyRow({ workspace, apiKey, onMade }: Props) {
  const [editing, edit] = useState(false);
  const rotating = useDoing();
  const rotate = () =>
    rotating.run(async () => {
      onMade({ key: await makeKey(workspace.id, apiKey.kind, apiKey.origins), instead: apiKey });
      scrollTo(0, 0);
    });
  const revoke = async () => {
    await change("api_keys", workspace.id, { id: apiKey.id }, { revoked_at: new Date().toISOString() });
    changed(`${workspace.id}/keys`);
  };
  return (
    <li>
      <div>
        <code>{apiKey.hint}</code> <span class="chip">{apiKey.kind}</span>
        <br />
        <small>
          Made on {date(apiKey.created_at)}.{" "}
          {apiKey.kind === "publishable" && (apiKey.origins?.length ? `Only from ${apiKey.origins.join(", ")}.` : "From any origin.")}
        </small>
      </div>
      <div class="row">
        {apiKey.kind === "publishable" && (
          <Action role={workspace.role} needs="owner" class="small" onClick={() => edit(!editing)}>Origins</Action>
        )}
        <Action role={workspace.role} needs="owner" class="small" busy={rotating.busy} onClick={() => void rotate()}>Rotate</Action>
        <Confirm
          title="Revoke" question={`Revoke ${apiKey.hint}?`} does="Revoke it" what="The key" role={workspace.role} needs="owner"
          class="small bad" act={revoke}
        >
          <p>Whatever still uses it is refused from the next request on. That can't be undone; rotate it first if it is in use.</p>
        </Confirm>
      </div>
      {rotating.failure && <Failed failure={rotating.failure} what="The new key" again={() => void rotate()} />}
      {editing && <Edit workspace={workspace} apiKey={apiKey} onDone={() => edit(false)} />}
    </li>
  );
}

function Edit({ workspace, apiKey, onDone }: { workspace: Workspace; apiKey: Key; onDone: () => void }) {
  const doing = useDoing();
  const save = async ({ origins = "" }) => {
    await change("api_keys", workspace.id, { id: apiKey.id }, { origins: parseOrigins(origins) });
    changed(`${workspace.id}/keys`);
    onDone();
  };
  return (
    <Form what="The origins" doing={doing} onSubmit={save}>
      <Origins defaultValue={(apiKey.origins ?? []).join("\n")} />
      <div class="row">
        <button disabled={doing.busy}>Save the origins</button>
        <button type="button" onClick={onDone}>Cancel</button>
      </div>
    </Form>
  );
}
