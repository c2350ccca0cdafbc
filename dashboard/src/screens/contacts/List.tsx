import { useRef } from "preact/hooks";
import { together, useAsk } from "../../data/asking";
import { BASE, go, useHere, withQuery } from "../../data/location";
import { ago, date } from "../../parts/format";
import { useKey } from "../../parts/keyboard";
import { Breakdown, Score, StageChip } from "../../parts/score";
import { AsOf, Empty, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { list, useStages, useWhy, type ContactRow, type Page, type Wanted } from "./data";
import { Filters } from "./Filters";

function useWanted(): { wanted: Wanted; why: string | null } {
  const { query } = useHere();
  const get = (name: string) => query.get(name) ?? "";
  const wanted = {
    text: get("q"), stage: get("stage"), least: get("least"), most: get("most"), seen: get("seen"), after: get("after"),
  };
  return { wanted, why: query.get("why") };
}

export function List({ workspace }: { workspace: Workspace }) {
  const { wanted, why } = useWanted();
  const stages = useStages(workspace.id);
  const key = stages.data || !wanted.stage ? `${workspace.id}/contacts/${JSON.stringify(wanted)}` : null;
  const asked = useAsk(key, () => list(workspace.id, wanted, stages.data ?? []));
  const rows = useRef<HTMLUListElement>(null);
  useListKeys(rows);
  return (
    <>
      <div class="head">
        <h1>Contacts</h1>
        <AsOf asked={asked} />
      </div>
      <Filters wanted={wanted} stages={stages.data ?? []} />
      <Panel
        asked={together(asked, stages)} what="The contacts" lines={10} isEmpty={(page) => !page.contacts.length && !page.next}
        empty={<Nobody wanted={wanted} workspace={workspace} />}
      >
        {(page) => (
          <>
            <ul class="contacts card" ref={rows} aria-label="Contacts, the highest score first">
              {page.contacts.map((contact) => (
                <Row key={contact.id} workspace={workspace} contact={contact} open={contact.id === why} />
              ))}
            </ul>
            <Paging page={page} wanted={wanted} />
          </>
        )}
      </Panel>
    </>
  );
}

/** j and k walk the rows by their links, which have the focus then, and w opens the reasons of that row. */
export function useListKeys(rows: { current: HTMLUListElement | null }) {
  const links = () => [...(rows.current?.querySelectorAll<HTMLAnchorElement>("a.who") ?? [])];
  const here = () => links().findIndex((link) => link.closest("li")?.contains(document.activeElement));
  const focus = (index: number) => links()[index]?.focus();
  useKey("/", "Search", () => document.querySelector<HTMLInputElement>("input[type=search]")?.focus());
  useKey("j", "Next contact", () => focus(Math.min(here() + 1, links().length - 1)));
  useKey("k", "Contact before", () => focus(Math.max(here() - 1, 0)));
  useKey("w", "Why this score", () => links()[Math.max(here(), 0)]?.closest("li")?.querySelector("button")?.click());
}

interface RowProps {
  workspace: Workspace;
  contact: ContactRow;
  open: boolean;
}

export function Row({ workspace, contact, open }: RowProps) {
  const { id, score, stage, lastSeen, name, email, identity, asOf } = contact;
  const shown = name ?? email ?? identity.value;
  const beneath = name ? (email ?? identity.value) : email && identity.kind !== "email" ? identity.value : KINDS[identity.kind];
  return (
    <li>
      <div class="contact">
        <Score value={score} />
        <a class="who" href={`${BASE}/w/${workspace.slug}/contacts/${id}`}>
          <b>{shown}</b>
          <small>{beneath}</small>
        </a>
        <StageChip name={stage} />
        <span class="seen muted">
          {lastSeen ? <time dateTime={lastSeen} title={new Date(lastSeen).toLocaleString()}>{ago(lastSeen)}</time> : "never seen"}
        </span>
        <button
          type="button" class="small" aria-expanded={open} aria-label={`Why ${score}: ${shown}`}
          onClick={() => go(withQuery({ why: open ? null : id }), { replace: true })}
        >
          Why
        </button>
      </div>
      {open && <Reasons workspace={workspace} id={id} asOf={asOf} />}
    </li>
  );
}

const KINDS: Record<string, string> = { userId: "user", email: "email only", anonymousId: "anonymous visitor" };

function Reasons({ workspace, id, asOf }: { workspace: Workspace; id: string; asOf: string }) {
  const why = useWhy(workspace.id, id, asOf);
  return (
    <div class="reasons">
      <Panel asked={why} what="The reasons">
        {(said) => (
          <>
            <Breakdown why={said} />
            <small>As of {date(said.asOf)} (UTC).</small>
          </>
        )}
      </Panel>
    </div>
  );
}

function Paging({ page, wanted }: { page: Page; wanted: Wanted }) {
  const short = page.next && page.contacts.length < 50;
  return (
    <nav class="paging" aria-label="Pages">
      {wanted.after && <a class="button" href={withQuery({ after: null, why: null })}>To the top</a>}
      {short && <small>Looked through {page.looked.toLocaleString()} contacts by score.</small>}
      {page.more && <small>There are more. Type more of the name or address.</small>}
      {page.next && (
        <a class="button" href={withQuery({ after: `${page.next.score}_${page.next.id}`, why: null })}>
          {short ? "Look further" : "Next 50"}
        </a>
      )}
    </nav>
  );
}

function Nobody({ wanted, workspace }: { wanted: Wanted; workspace: Workspace }) {
  if (wanted.text) {
    return (
      <Empty title={`Nobody is called “${wanted.text}”.`}>
        <p>The search finds names, email addresses, userIds and anonymousIds, by how they begin.</p>
      </Empty>
    );
  }
  if (wanted.stage || wanted.least || wanted.most || wanted.seen || wanted.after) {
    return (
      <Empty title="No contact is like that.">
        <p><a href={location.pathname}>Show all contacts</a></p>
      </Empty>
    );
  }
  return (
    <Empty title="No contacts yet.">
      <p>
        As soon as your product sends an event, whoever it names appears here with a score and a stage, the ones most
        likely to convert on top.
      </p>
      <p><a class="button main" href={`${BASE}/w/${workspace.slug}/setup`}>Set it up</a></p>
    </Empty>
  );
}
