import { changed, useAsk } from "../data/asking";
import { post } from "../data/endpoints";
import type { Workspace } from "../shell/workspaces";
import { date } from "./format";
import { Action, Confirm, useDoing } from "./forms";
import { AsOf, Failed, Panel } from "./states";

interface Suppression {
  category: string | null;
  reason: string;
  at: string;
  /** Who did it by hand: their address, or a key's hint. */
  who: string | null;
}
interface Mailing {
  address: string;
  suppressions: Suppression[];
}

const REASONS: Record<string, string> = {
  unsubscribed: "unsubscribed; only they can take that back, by the link in a mail",
  bounced: "bounced: the address does not work",
  complained: "complained: they called a mail spam",
  erased: "erased: nothing of them is kept but this hash",
};

/** Why an address is not mailed, and where somebody decided that, who. */
export function because({ reason, who }: { reason: string; who: string | null }): string {
  return reason === "by_hand" ? `suppressed by hand, by ${who ?? "somebody who has left, or a key that is gone"}` : (REASONS[reason] ?? reason);
}

type Lookup = { email: string } | { contactId: string };

interface Props {
  workspace: Workspace;
  lookup: Lookup;
}

/** Whether an address is mailed, why not, and the buttons that stop it by hand and start it again. */
export function Mailed({ workspace, lookup }: Props) {
  const key = `${workspace.id}/suppressions-of/${JSON.stringify(lookup)}`;
  const asked = useAsk(key, () => post<Mailing>("/api/contact", workspace.id, { suppressions: lookup }));
  const ask = (deed: "suppress" | "lift") => async () => {
    await post("/api/contact", workspace.id, { [deed]: lookup });
    changed(`${workspace.id}/suppress`); // what is asked of an address, and the list
  };
  return (
    <Panel asked={asked} what="Whether they are mailed" lines={2}>
      {({ address, suppressions }) => (
        <>
          {suppressions.length > 0 ? (
            <ul class="rows">
              {suppressions.map(({ category, reason, at, who }) => (
                <li key={category}>
                  <div>
                    <b>{address}</b> <span class="chip">{category ?? "all mail"}</span>
                    <br />
                    <small>{because({ reason, who })}</small>
                  </div>
                  <div class="row">
                    <time dateTime={at}>{date(at)}</time>
                    {reason === "by_hand" && <Lift workspace={workspace} act={ask("lift")} name={address} />}
                  </div>
                </li>
              ))}
            </ul>
          ) : (
            <p><b>{address}</b> is not suppressed. <AsOf asked={asked} /></p>
          )}
          {suppressions.every(({ category }) => category) && (
            <div class="row">
              <Confirm
                title="Suppress" question={`Stop all mail to ${address}?`} does="Stop it" what="The suppression"
                role={workspace.role} needs="admin" class="small bad" act={ask("suppress")}
              >
                <p>At once, also what is queued, of both kinds: marketing and transactional. An owner or admin can lift it again.</p>
              </Confirm>
            </div>
          )}
        </>
      )}
    </Panel>
  );
}

/** Takes back what was done by hand. */
export function Lift({ workspace, act, name }: { workspace: Workspace; act: () => Promise<unknown>; name: string }) {
  const doing = useDoing();
  return (
    <>
      <Action role={workspace.role} needs="admin" class="small" busy={doing.busy} onClick={() => void doing.run(act)}>
        Lift<span class="hidden"> {name}</span>
      </Action>
      {doing.failure && <Failed failure={doing.failure} what="The suppression" />}
    </>
  );
}
