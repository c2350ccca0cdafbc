import { BASE, go, withQuery } from "../../data/location";
import { ago, clock, date } from "../../parts/format";
import { useKey } from "../../parts/keyboard";
import { Breakdown, Score, StageChip } from "../../parts/score";
import { Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { useWhy, type ContactRow } from "./data";

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
          {lastSeen ? <time dateTime={lastSeen} title={`${date(lastSeen)}, ${clock(new Date(lastSeen))}`}>{ago(lastSeen)}</time> : "never seen"}
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
