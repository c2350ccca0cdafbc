import { changed, together } from "../../data/asking";
import { go, useHere, withQuery } from "../../data/location";
import { Action, useDoing, type Doing } from "../../parts/forms";
import { AsOf, Failed, Panel, Skeleton } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import { may, type Workspace } from "../../shell/workspaces";
import { save, useDraft, useRules, type Draft, type List, type Rules as Document } from "./data";
import { BackTest } from "./BackTest";
import { HalfLife } from "./Editor";
import { Entries } from "./Entries";
import { Consequences } from "./Consequences";
import { Progress } from "./Progress";
import { faded } from "./sentences";
import { Versions } from "./Versions";

/** The rules in force as sentences, or the draft that is to follow them. Every change is in the draft at once. */
export default function Rules({ workspace }: ScreenProps) {
  const force = useRules(workspace.id);
  const draft = useDraft(workspace.id);
  return (
    <>
      <div class="head">
        <h1>Rules</h1>
        <AsOf asked={force} />
      </div>
      <Progress workspace={workspace} />
      <Panel asked={together(force, draft)} what="The rules" lines={12}>
        {(rules) => (draft.data === undefined ? <Skeleton lines={12} /> : <Shown workspace={workspace} force={rules} draft={draft.data} />)}
      </Panel>
    </>
  );
}

export interface Editing {
  workspace: Workspace;
  force: Document;
  draft: Draft | null;
  /** What is on the screen: the draft's, else those in force. */
  rules: Document;
  doing: Doing;
  /** Puts other rules into the draft, and closes whatever is being edited. */
  write: (rules: Document) => Promise<void>;
}

const LISTS: [List, string, string, string][] = [
  ["signals", "What they do", "signal", "Nothing counts yet. A signal gives points for an event."],
  ["fit", "Who they are", "fit rule", "No fit rules. They give points for a trait, such as a company's size, and don't fade."],
  ["stages", "How far they are", "stage", ""],
];

function Shown({ workspace, force, draft }: { workspace: Workspace; force: Document; draft: Draft | null }) {
  const doing = useDoing();
  const rules = draft?.rules ?? force;
  const write = async (next: Document) => {
    try {
      await save(workspace.id, draft, next);
    } finally {
      changed(`${workspace.id}/rules/draft`);
    }
    go(withQuery({ edit: null }));
  };
  const editing = { workspace, force, draft, rules, doing, write };
  return (
    <div class={draft ? "columns drafting" : "stack"}>
      {draft && <Consequences workspace={workspace} force={force} draft={draft} />}
      <div class="stack">
        {!may(workspace.role, "admin") && <p class="muted" id="who-may">Only owners and admins can change rules.</p>}
        {doing.failure && <Failed failure={doing.failure} what="The rules" />}
        {LISTS.map(([list, title, noun, empty]) => (
          <Entries key={list} list={list} title={title} noun={noun} empty={empty} editing={editing} />
        ))}
        <Fading editing={editing} />
        {!draft && <BackTest workspace={workspace} draft={null} rules={force} />}
        <Versions editing={editing} />
      </div>
    </div>
  );
}

function Fading({ editing }: { editing: Editing }) {
  const { query } = useHere();
  const { rules, force, workspace } = editing;
  const isOpen = query.get("edit") === "halfLife" && may(workspace.role, "admin");
  return (
    <section class="card" aria-labelledby="fading">
      <header>
        <h2 id="fading">How it fades</h2>
        {rules.halfLifeDays !== force.halfLifeDays && <span class="mark">changed</span>}
      </header>
      {isOpen ? (
        <HalfLife editing={editing} />
      ) : (
        <div class="spread">
          <span>{faded(rules.halfLifeDays)}</span>
          <Action role={workspace.role} needs="admin" class="small" onClick={() => go(withQuery({ edit: "halfLife" }))}>Change</Action>
        </div>
      )}
    </section>
  );
}
