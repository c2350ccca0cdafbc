import { useState } from "preact/hooks";
import { makeKey, type Kind } from "../../data/keys";
import { Action, Choice, Editable, Form, useDoing } from "../../parts/forms";
import type { Workspace } from "../../shell/workspaces";
import type { Made } from "./Keys";
import { Origins, parseOrigins } from "./origins";

export function NewKey({ workspace, onMade }: { workspace: Workspace; onMade: (made: Made) => void }) {
  const [kind, setKind] = useState<Kind>("publishable");
  const doing = useDoing();
  const submit = async ({ origins = "" }) => {
    onMade({ key: await makeKey(workspace.id, kind, kind === "publishable" ? parseOrigins(origins) : null) });
    scrollTo(0, 0);
  };
  return (
    <section class="card" aria-labelledby="new-key">
      <header><h2 id="new-key">Make a key</h2></header>
      <Form what="The key" doing={doing} onSubmit={submit}>
        <Editable role={workspace.role} needs="owner">
          <Choice
            label="Kind" name="kind" onChange={(value) => setKind(value as Kind)} chosen={kind}
            options={[["publishable", "Publishable: for browsers, may send events only"], ["secret", "Secret: for your servers, may do everything"]]}
            hint={kind === "secret"
              ? "What it says is trusted. It is refused from browsers: never put it into a page."
              : "Everybody can read it in your pages. What it says of people is claimed, not trusted."}
          />
          {kind === "publishable" && <Origins />}
        </Editable>
        <Action role={workspace.role} needs="owner" type="submit" class="main" busy={doing.busy}>Make the key</Action>
      </Form>
    </section>
  );
}
