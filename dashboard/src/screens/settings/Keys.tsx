import { useState } from "preact/hooks";
import { useAsk } from "../../data/asking";
import { read } from "../../data/supabase";
import { date } from "../../parts/format";
import { Copyable } from "../../parts/forms";
import { AsOf, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import { KeyRow } from "./KeyRow";
import { NewKey } from "./NewKey";

export interface Key {
  id: string;
  kind: "publishable" | "secret";
  hint: string;
  origins: string[] | null;
  created_at: string;
  revoked_at: string | null;
}

/** A key just made: the only time that anybody sees it. */
export interface Made {
  key: string;
  /** The key that it is to replace; both work. */
  instead?: Key;
}

export default function Keys({ workspace }: ScreenProps) {
  const [made, setMade] = useState<Made>();
  const keys = useAsk(`${workspace.id}/keys/all`, () =>
    read<Key>("api_keys", workspace.id, "id,kind,hint,origins,created_at,revoked_at", (query) =>
      query.order("created_at", { ascending: false }).limit(200),
    ),
  );
  return (
    <div class="stack">
      {made && <Shown made={made} onDone={() => setMade(undefined)} />}
      <section class="card" aria-labelledby="keys">
        <header><h2 id="keys">API keys</h2><AsOf asked={keys} /></header>
        <Panel
          asked={keys} what="The keys" isEmpty={(all) => !all.length}
          empty={<p class="muted">No keys yet. A publishable key goes into your pages, a secret one onto your servers.</p>}
        >
          {(all) => (
            <>
              <ul class="rows">
                {all.filter((key) => !key.revoked_at).map((key) => (
                  <KeyRow key={key.id} workspace={workspace} apiKey={key} onMade={setMade} />
                ))}
              </ul>
              <Revoked keys={all.filter((key) => key.revoked_at)} />
            </>
          )}
        </Panel>
      </section>
      <NewKey workspace={workspace} onMade={setMade} />
    </div>
  );
}

function Shown({ made: { key, instead }, onDone }: { made: Made; onDone: () => void }) {
  return (
    <section class="card" aria-labelledby="made">
      <header><h2 id="made">Your new key</h2></header>
      <p>Copy it now. We keep only its hash, so nobody can show it again.</p>
      <Copyable label="The new key" text={key} />
      {instead && (
        <p>
          <b>Both keys work now.</b> Put the new one wherever <code>{instead.hint}</code> is, see that events arrive, and then
          revoke the old one below.
        </p>
      )}
      <p><button type="button" onClick={onDone}>I have copied it</button></p>
    </section>
  );
}

function Revoked({ keys }: { keys: Key[] }) {
  if (!keys.length) return null;
  return (
    <details class="more">
      <summary>{keys.length} revoked</summary>
      <ul class="rows">
        {keys.map((key) => (
          <li key={key.id}>
            <div><code>{key.hint}</code> <small>{key.kind}</small></div>
            <small>revoked on {date(key.revoked_at ?? "")}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}
