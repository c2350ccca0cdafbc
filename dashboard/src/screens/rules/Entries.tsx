import { go, useHere, withQuery } from "../../data/location";
import { may } from "../../shell/workspaces";
import type { List, Stage } from "./data";
import { Editor } from "./Editor";
import type { Editing } from "./Rules";
import { before, mark, sentence } from "./sentences";

interface Props {
  list: List;
  title: string;
  noun: string;
  empty: string;
  editing: Editing;
}

/** One kind of rule, a sentence each. The URL says which one is open: ?edit=signals.2, or signals.new. */
export function Entries({ list, title, noun, empty, editing }: Props) {
  const { rules, force } = editing;
  const { query } = useHere();
  const open = may(editing.workspace.role, "admin") ? query.get("edit") : null;
  const gone = editing.draft ? force[list].filter((entry) => !before(list, entry, rules)) : [];
  return (
    <section class="card" aria-labelledby={list}>
      <header><h2 id={list}>{title}</h2></header>
      {!rules[list].length && <p class="muted">{empty}</p>}
      <ul class="rules">
        {rules[list].map((_, index) => (
          <li key={index}>
            {open === `${list}.${index}`
              ? <Editor list={list} index={index} editing={editing} />
              : <Entry list={list} index={index} editing={editing} />}
          </li>
        ))}
        {gone.map((entry) => (
          <li key={sentence(list, entry).join()}>
            <del><b>{sentence(list, entry)[0]}</b> {sentence(list, entry)[1]}</del> <span class="mark">removed</span>
          </li>
        ))}
      </ul>
      {open === `${list}.new` ? (
        <Editor list={list} editing={editing} />
      ) : (
        <Button editing={editing} onClick={() => go(withQuery({ edit: `${list}.new` }))}>Add a {noun}</Button>
      )}
    </section>
  );
}

interface ButtonProps {
  editing: Editing;
  label?: string;
  onClick: () => void;
  children: string | string[];
}

/** Disabled for those who may not; why is said once, on top. */
function Button({ editing, label, onClick, children }: ButtonProps) {
  const allowed = may(editing.workspace.role, "admin");
  return (
    <button
      type="button" class="small" aria-label={label} disabled={!allowed || editing.doing.busy}
      aria-describedby={allowed ? undefined : "who-may"} onClick={onClick}
    >
      {children}
    </button>
  );
}

function Entry({ list, index, editing }: { list: List; index: number; editing: Editing }) {
  const { rules, force, draft, doing, write } = editing;
  const entry = rules[list][index];
  if (!entry) return null;
  const [about, said] = sentence(list, entry);
  const changes = draft && mark(list, entry, force);
  const put = (entries: unknown[]) => void doing.run(() => write({ ...rules, [list]: entries }));
  const earlier = (stages: Stage[]) => stages.toSpliced(index - 1, 2, stages[index] as Stage, stages[index - 1] as Stage);
  return (
    <div class="rule">
      <p><b>{about}</b> {said}{changes && <> <span class="mark">{changes}</span></>}</p>
      <div class="row">
        {list === "stages" && index > 0 && (
          <Button editing={editing} label={`Move ${about} up`} onClick={() => put(earlier(rules.stages))}>↑</Button>
        )}
        <Button editing={editing} label={`Change ${about}`} onClick={() => go(withQuery({ edit: `${list}.${index}` }))}>Change</Button>
        {!("score" in entry && entry.score === 0) && (
          <Button editing={editing} label={`Remove ${about}`} onClick={() => put(rules[list].toSpliced(index, 1))}>Remove</Button>
        )}
      </div>
    </div>
  );
}
