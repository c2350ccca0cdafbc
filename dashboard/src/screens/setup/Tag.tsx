import { useState } from "preact/hooks";
import { useAsk } from "../../data/asking";
import { hintOf, makeKey } from "../../data/keys";
import { read } from "../../data/supabase";
import { date } from "../../parts/format";
import { Action, Copyable, useDoing } from "../../parts/forms";
import { Failed, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";

interface Key {
  id: string;
  kind: string;
  hint: string;
  created_at: string;
}

/** A publishable key is in every visitor's page, so this tab may remember it; we can't show it again. */
const remembered = (workspace: string) => `conversioncrm-tag-${workspace}`;

export function Tag({ workspace, onMade }: { workspace: Workspace; onMade: () => void }) {
  const [key, setKey] = useState(sessionStorage.getItem(remembered(workspace.id)));
  const keys = useAsk(`${workspace.id}/keys`, () =>
    read<Key>("api_keys", workspace.id, "id,kind,hint,created_at", (query) =>
      query.is("revoked_at", null).eq("kind", "publishable").order("created_at", { ascending: false }),
    ),
  );
  const isRevoked = !!key && !!keys.data && !keys.busy && !keys.data.some(({ hint }) => hint === hintOf(key));
  const making = useDoing();
  const make = () =>
    making.run(async () => {
      const made = await makeKey(workspace.id, "publishable");
      sessionStorage.setItem(remembered(workspace.id), made);
      setKey(made);
      onMade();
    });
  return (
    <section class="card" aria-labelledby="tag">
      <header><h2 id="tag">The tag</h2></header>
      {key && !isRevoked ? <Filled apiKey={key} /> : (
        <Panel asked={keys} what="The keys">
          {(known) => (
            <>
              {known[0] ? (
                <p>
                  There is a publishable key, <code>{known[0].hint}</code>, made on {date(known[0].created_at)}. Keys are
                  shown once only. If you don't have it any more, make another one: both work side by side.
                </p>
              ) : (
                <p>One line in your product's pages. It needs a key, which is made in your browser: we keep its hash alone.</p>
              )}
              <Action role={workspace.role} needs="owner" class={known[0] ? "" : "main"} busy={making.busy} onClick={() => void make()}>
                {known[0] ? "Make another key" : "Make my tag"}
              </Action>
            </>
          )}
        </Panel>
      )}
      {making.failure && <Failed failure={making.failure} what="The key" again={() => void make()} />}
    </section>
  );
}

function Filled({ apiKey }: { apiKey: string }) {
  return (
    <div class="stack">
      <div>
        <p>Put this line into the <code>&lt;head&gt;</code> of your pages:</p>
        <Copyable label="The script tag" text={`<script async src="${location.origin}/widget.js" data-key="${apiKey}"></script>`} />
      </div>
      <div>
        <p>Where somebody has signed in, and where they do what counts:</p>
        <Copyable
          label="What to call"
          text={`conversioncrm.identify("user-id", { email: "ada@example.com", name: "Ada" });\nconversioncrm.track("Project Created");`}
        />
      </div>
      <p><small>
        The key is public and may only send events. It is shown in this tab alone, and never again. Any SDK that speaks
        the Segment spec works too, with this host: <code>{location.origin}</code>
      </small></p>
    </div>
  );
}
