import { useAsk } from "../../data/asking";
import { BASE, useHere } from "../../data/location";
import { call } from "../../data/supabase";
import { date } from "../../parts/format";
import { Paging, placed } from "../../parts/paging";
import { AsOf, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";

interface Suppression {
  key: string;
  hash: string;
  to: string | null;
  contactId: string | null;
  category: string | null;
  reason: string;
  at: string;
}
interface Page {
  suppressions: Suppression[];
  next: { at: string; key: string } | null;
}

const REASONS: Record<string, string> = {
  unsubscribed: "unsubscribed; only they can take that back, by the link in a mail",
  bounced: "bounced: the address does not work",
  complained: "complained: they called a mail spam",
  erased: "erased: nothing of them is kept but this hash",
  by_hand: "suppressed by hand",
};

export default function Suppressions({ workspace }: ScreenProps) {
  const after = useHere().query.get("after") ?? "";
  const asked = useAsk(`${workspace.id}/suppressions/${after}`, () =>
    call<Page>("list_suppressions", { p_workspace: workspace.id, p_after: placed(after, "at", "key") }),
  );
  return (
    <section class="card" aria-labelledby="suppressions">
      <header><h2 id="suppressions">Whom you don't mail</h2><AsOf asked={asked} /></header>
      <p class="muted">
        Addresses are kept as hashes, so they outlive an erasure without being known. Where a mail to one is still in the log, its
        address is shown.
      </p>
      <Panel
        asked={asked} what="The suppressions" lines={8} isEmpty={({ suppressions }) => !suppressions.length && !after}
        empty={<p class="muted">Nobody yet. Who unsubscribes, complains, or whose address bounces will be here, at once.</p>}
      >
        {({ suppressions, next }) => (
          <>
            <ul class="rows">
              {suppressions.map(({ key, hash, to, contactId, category, reason, at }) => (
                <li key={key}>
                  <div>
                    {contactId && to ? <a href={`${BASE}/w/${workspace.slug}/contacts/${contactId}`}><b>{to}</b></a> : <code>{hash.slice(0, 16)}…</code>}{" "}
                    <span class="chip">{category ?? "all mail"}</span>
                    <br />
                    <small>{REASONS[reason] ?? reason}</small>
                  </div>
                  <time dateTime={at}>{date(at)}</time>
                </li>
              ))}
            </ul>
            <Paging after={after} next={next} />
          </>
        )}
      </Panel>
    </section>
  );
}
