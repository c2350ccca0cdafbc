import type { ComponentChildren } from "preact";
import { useAsk } from "../../data/asking";
import { BASE } from "../../data/location";
import { call } from "../../data/supabase";
import { ago, date } from "../../parts/format";
import { Breakdown, Score, StageChip } from "../../parts/score";
import { AsOf, Empty, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { Actions } from "./Actions";
import type { ContactRow, Why } from "./data";
import { Identities } from "./Identities";
import { Mailing } from "./Mailing";
import { Pin } from "./Pin";
import { Timeline } from "./Timeline";

export interface Shown extends ContactRow {
  traits: Record<string, unknown>;
  emailTrusted: boolean;
  createdAt: string;
  pinned: boolean;
  identities: { id: string; kind: string; value: string; since: string; isMoved: boolean }[];
  why: Why;
}

export default function Contact({ workspace, id }: { workspace: Workspace; id: string }) {
  const asked = useAsk(`${workspace.id}/contact/${id}`, () =>
    call<Shown | null>("show_contact", { p_workspace: workspace.id, p_contact: id }),
  );
  return (
    <>
      <p><a href={`${BASE}/w/${workspace.slug}/contacts`}>← Contacts</a></p>
      {asked.data === undefined && <h1>Contact</h1>}
      <Panel asked={asked} what="The contact" lines={8} isEmpty={(contact) => contact === null} empty={<Gone />}>
        {(contact) => contact && <Shape key={contact.id} workspace={workspace} contact={contact} asOf={<AsOf asked={asked} />} />}
      </Panel>
    </>
  );
}

function Gone() {
  return (
    <Empty alone title="There is no such contact.">
      <p>They may have been erased, or the address of this page may be incomplete.</p>
    </Empty>
  );
}

function Shape({ workspace, contact, asOf }: { workspace: Workspace; contact: Shown; asOf: ComponentChildren }) {
  const title = contact.name ?? contact.email ?? contact.identity.value;
  return (
    <>
      <div class="head">
        <h1>{title}</h1>
        {asOf}
      </div>
      <div class="columns">
        <div class="stack">
          <section class="card" aria-labelledby="score">
            <header>
              <h2 id="score">Score</h2>
              <small>as of {date(contact.why.asOf)} (UTC)</small>
            </header>
            <div class="row headline">
              <Score value={contact.why.score} />
              <StageChip name={contact.why.stage} />
              {contact.pinned && <small>pinned by hand</small>}
            </div>
            <Breakdown why={contact.why} />
            <Pin workspace={workspace} contact={contact} />
          </section>
          <Timeline workspace={workspace} contact={contact.id} />
        </div>
        <div class="stack">
          <section class="card" aria-labelledby="who">
            <header><h2 id="who">Who it is</h2></header>
            <dl class="facts">
              <div>
                <dt>Email</dt>
                <dd>
                  {contact.email ?? "none known"}
                  {contact.email && <small> {contact.emailTrusted ? "trusted" : "claimed by a browser, so not mailed"}</small>}
                </dd>
              </div>
              <div>
                <dt>Last seen</dt>
                <dd>{contact.lastSeen ? ago(contact.lastSeen) : "never"}</dd>
              </div>
              <div>
                <dt>Known since</dt>
                <dd>{date(contact.createdAt)}</dd>
              </div>
            </dl>
          </section>
          <section class="card" aria-labelledby="traits">
            <header><h2 id="traits">Traits</h2></header>
            <Traits traits={contact.traits} />
          </section>
          <Identities workspace={workspace} contact={contact} />
          <Mailing workspace={workspace} contact={contact} />
          <Actions workspace={workspace} contact={contact} />
        </div>
      </div>
    </>
  );
}

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function Traits({ traits }: { traits: Record<string, unknown> }) {
  const known = Object.entries(traits).sort(([one], [other]) => one.localeCompare(other));
  if (!known.length) return <p class="muted">None yet. An identify call, or a server, can set some.</p>;
  return (
    <dl class="facts">
      {known.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>{shown(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
