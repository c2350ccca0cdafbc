import { useState } from "preact/hooks";
import { changed, useAsk } from "../../data/asking";
import { BASE, useHere } from "../../data/location";
import { callIn, remove } from "../../data/supabase";
import { date } from "../../parts/format";
import { Field, Form, useDoing } from "../../parts/forms";
import { Paging, readPlace } from "../../parts/paging";
import { AsOf, Panel } from "../../parts/states";
import { because, Lift, Mailed } from "../../parts/suppression";
import type { ScreenProps } from "../../routes";
import type { Workspace } from "../../shell/workspaces";

interface Suppression {
  key: string;
  hash: string;
  to: string | null;
  contactId: string | null;
  category: string | null;
  reason: string;
  at: string;
  /** Who did it by hand. */
  who: string | null;
}
interface Page {
  suppressions: Suppression[];
  next: { at: string; key: string } | null;
}

export default function Suppressions({ workspace }: ScreenProps) {
  const after = useHere().query.get("after") ?? "";
  const asked = useAsk(`${workspace.id}/suppressions/${after}`, () =>
    callIn<Page>("list_suppressions", workspace.id, { p_after: readPlace(after, "at", "key") }),
  );
  const lift = (hash: string) => async () => {
    await remove("suppressions", workspace.id, { address_hash: hash, reason: "by_hand" });
    changed(`${workspace.id}/suppress`);
  };
  return (
    <div class="stack">
      <Address workspace={workspace} />
      <section class="card" aria-labelledby="suppressions">
        <header><h2 id="suppressions">Whom you don't mail</h2><AsOf asked={asked} /></header>
        <p class="muted">
          Addresses are kept as hashes, so they outlive an erasure without being known. Where a mail to one is still in the log, its
          address is shown; look up another one above.
        </p>
        <Panel
          asked={asked} what="The suppressions" lines={8} isEmpty={({ suppressions }) => !suppressions.length && !after}
          empty={<p class="muted">Nobody yet. Who unsubscribes, complains, or whose address bounces will be here, at once; and whom you suppress.</p>}
        >
          {({ suppressions, next }) => (
            <>
              <ul class="rows">
                {suppressions.map(({ key, hash, to, contactId, category, reason, at, who }) => (
                  <li key={key}>
                    <div>
                      {contactId && to ? <a href={`${BASE}/w/${workspace.slug}/contacts/${contactId}`}><b>{to}</b></a> : <code>{hash.slice(0, 16)}…</code>}{" "}
                      <span class="chip">{category ?? "all mail"}</span>
                      <br />
                      <small>{because({ reason, who })}</small>
                    </div>
                    <div class="row">
                      <time dateTime={at}>{date(at)}</time>
                      {reason === "by_hand" && <Lift workspace={workspace} act={lift(hash)} name={to ?? hash.slice(0, 16)} />}
                    </div>
                  </li>
                ))}
              </ul>
              <Paging after={after} next={next} />
            </>
          )}
        </Panel>
      </section>
    </div>
  );
}

/** Asks about one address, be it a contact's or not. It stays out of the page's own, which servers log. */
function Address({ workspace }: { workspace: Workspace }) {
  const [email, setEmail] = useState("");
  const doing = useDoing();
  return (
    <section class="card" aria-labelledby="address">
      <header><h2 id="address">One address</h2></header>
      <div class="stack">
        <Form what="The address" doing={doing} onSubmit={async ({ address = "" }) => setEmail(address.trim())}>
          <Field
            label="Email" name="address" type="email" required autocomplete="off"
            hint="Says whether it is mailed, and why not. Stop all mail to it here, for whoever asked you to."
          />
          <div class="row"><button class="main">Look it up</button></div>
        </Form>
        {email && <div><Mailed key={email} workspace={workspace} lookup={{ email }} /></div>}
      </div>
    </section>
  );
}
