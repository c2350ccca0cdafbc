import { useState } from "preact/hooks";
import { changed, forget, useAsk } from "../../data/asking";
import { BASE, go } from "../../data/location";
import { add, callIn } from "../../data/supabase";
import { figure, words } from "../../parts/format";
import { Choice, Field, Form, useDoing } from "../../parts/forms";
import { Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import type { Shown } from "./Contact";
import type { ContactRow } from "./data";
import type { Page } from "./listing";

interface Side {
  id: string;
  before: ContactRow | null;
  after: ContactRow | null;
}
interface Preview {
  events: number;
  /** How many are queued by the stages that they enter. */
  mails: number;
  from: Side;
  to: Side;
}

interface Props {
  workspace: Workspace;
  contact: Shown;
  identity: Shown["identities"][number];
  close: () => void;
}

const REFUSED = {
  PT404: "This contact is not there any more.",
  PT412: "It can't belong there: an address or a browser belongs to a user and never the other way round, and a contact has 50 identities at most.",
};
const BACK = "back";
const MOST = 10_000;

/** Looks for whom an identity belongs to, shows what would become of both, and moves it. */
export function Move({ workspace, contact, identity, close }: Props) {
  const looking = useDoing();
  const [found, setFound] = useState<ContactRow[]>();
  const [target, setTarget] = useState<string>();
  const look = async ({ text = "" }) => {
    const page = await callIn<Page>("search_contacts", workspace.id, { p_text: text });
    setFound(page.contacts.filter(({ id }) => id !== contact.id));
  };
  const ways: [string, string][] = [
    ["", "Choose"],
    ...(found ?? []).map((one): [string, string] => [one.id, one.name ?? one.email ?? one.identity.value]),
    ...(identity.id === contact.id ? [] : [[identity.id, "nobody: a contact of its own"] as [string, string]]),
    ...(identity.isMoved ? [[BACK, "whom the messages say"] as [string, string]] : []),
  ];
  return (
    <div class="stack">
      <Form what="The search" doing={looking} onSubmit={look}>
        <Field label="Find whom it belongs to" name="text" required placeholder="Name, email or id" />
        <div class="row">
          <button disabled={looking.busy}>Find</button>
          <button type="button" onClick={close}>Cancel</button>
        </div>
      </Form>
      {found?.length === 0 && <p class="muted">Nobody else is called that.</p>}
      {ways.length > 1 && <Choice label="It belongs to" name="target" options={ways} chosen={target} onChange={setTarget} />}
      {target && <Consequences key={target} workspace={workspace} identity={identity} target={target === BACK ? null : target} />}
    </div>
  );
}

function Consequences({ workspace, identity, target }: Pick<Props, "workspace" | "identity"> & { target: string | null }) {
  const doing = useDoing();
  const asked = useAsk(`${workspace.id}/move/${identity.id}/${target}`, () =>
    callIn<Preview>("preview_move", workspace.id, { p_identity: identity.id, p_contact: target }, REFUSED),
  );
  const move = async () => {
    await add("identity_moves", workspace.id, { identity_id: identity.id, contact_id: target }, REFUSED);
    forget(`${workspace.id}/move/`); // which would be tried once more
    changed(`${workspace.id}/`);
    go(`${BASE}/w/${workspace.slug}/contacts/${asked.data?.to.id}`);
  };
  return (
    <Panel asked={asked} what="The preview" lines={2}>
      {({ events, mails, from, to }) => (
        <Form what="The move" doing={doing} onSubmit={move}>
          <ul>
            <li>{figure(events)}{events >= MOST && " or more"} {events === 1 ? "event goes" : "events go"} with it.</li>
            <li><Becomes side={from} /></li>
            {to.id !== from.id && <li><Becomes side={to} /></li>}
            {mails > 0 && <li>{figure(mails)} {mails === 1 ? "mail is" : "mails are"} queued, for a stage that is entered.</li>}
          </ul>
          <p class="muted">{mails > 0 ? "It" : "No mail goes out for it, and it"} can be moved back.</p>
          <button class="main" disabled={doing.busy}>Move it</button>
        </Form>
      )}
    </Panel>
  );
}

const standing = ({ score, stage }: ContactRow) => `${score}, ${words(stage ?? "no stage")}`;

function Becomes({ side: { before, after } }: { side: Side }) {
  const who = before ?? after;
  const name = <b>{who?.name ?? who?.email ?? who?.identity.value}</b>;
  if (!after) return <>{name} ({before && standing(before)}) has nothing left and is no contact of its own any more.</>;
  if (!before) return <>{name} becomes a contact of its own: {standing(after)}.</>;
  return standing(before) === standing(after) ? <>{name} stays at {standing(after)}.</> : <>{name} goes from {standing(before)} to {standing(after)}.</>;
}
