import { useRef } from "preact/hooks";
import { BASE } from "../../data/location";
import { ago, words } from "../../parts/format";
import { useKey } from "../../parts/keyboard";
import { Score, StageChip } from "../../parts/score";
import type { Workspace } from "../../shell/workspaces";
import type { Person } from "./data";

export function People({ workspace, people }: { workspace: Workspace; people: Person[] }) {
  const list = useRef<HTMLOListElement>(null);
  const walk = (step: number) => {
    const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>("a.who") ?? [])];
    const here = links.findIndex((link) => link.closest("li")?.contains(document.activeElement));
    links[Math.max(0, Math.min(here + step, links.length - 1))]?.focus();
  };
  useKey("j", "Next person", () => walk(1));
  useKey("k", "Person before", () => walk(-1));
  return (
    <ol class="next" ref={list}>
      {people.map((person) => <One key={person.id} workspace={workspace} person={person} />)}
    </ol>
  );
}

function One({ workspace, person: { id, score, stage, name, email, lastSeen, lastMail, reasons } }: { workspace: Workspace; person: Person }) {
  return (
    <li>
      <Score value={score} />
      <div>
        <p class="row">
          <a class="who" href={`${BASE}/w/${workspace.slug}/contacts/${id}`}><b>{name ?? email}</b></a> <StageChip name={stage} />
        </p>
        <p>{reasons.length ? reasons.map(said).join(" · ") : "No single reason stands out."}</p>
        <small>{lastSeen && `Seen ${ago(lastSeen)}. `}{lastMail ? `Our last mail went ${ago(lastMail)}.` : "No mail from here yet."}</small>
      </div>
      <a class="button" href={`mailto:${encodeURIComponent(email)}`} aria-label={`Write to ${name ?? email}`}>Write</a>
    </li>
  );
}

/** "Pricing Viewed 3 times, yesterday" */
function said({ signal, count = 1, lastOn, trait }: Person["reasons"][number]): string {
  if (!signal) return `${words(trait ?? "")} fits`;
  const often = count > 1 ? ` ${count} times` : "";
  return `${signal}${often}${lastOn ? `, ${day(lastOn)}` : ""}`;
}

/** A UTC day in words, by whole days. */
function day(on: string): string {
  const today = new Date().toISOString().slice(0, 10);
  return on >= today ? "today" : ago(`${on}T00:00Z`, Date.parse(`${today}T00:00Z`));
}
