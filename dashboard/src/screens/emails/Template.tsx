import { useEffect, useState } from "preact/hooks";
import { changed, renewed, useAsk } from "../../data/asking";
import { Failure } from "../../data/failure";
import { BASE, go } from "../../data/location";
import { add, changeSeen, read, remove } from "../../data/supabase";
import { unsaved } from "../../data/unsaved";
import { Action, Choice, Confirm, Copyable, Editable, Field, Form, Lines, useDoing } from "../../parts/forms";
import { Empty, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { changedMails, type Category, type Template as Listed } from "./data";
import { Preview } from "./Preview";

type Written = Pick<Listed, "name" | "category" | "subject"> & { html: string };
type Whole = Written & { updated_at: string };

const written = ({ name, category, subject, html }: Written): Written => ({ name, category, subject, html });

const BLANK: Written = {
  name: "", category: "marketing", subject: "Hello {{ contact.firstName | default: \"there\" }}",
  html: `<h1>Hello {{ contact.firstName | default: "there" }}</h1>
<p>One thing that helps them now.</p>
{% if product.url %}<p><a class="button" href="{{ product.url }}">Open {{ product.name }}</a></p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
`,
};

const CATEGORIES: [Category, string][] = [
  ["marketing", "Marketing: with a link to unsubscribe, within caps and quiet hours"],
  ["transactional", "Transactional: about their account, goes at once"],
];

const MEANINGS = {
  stale: "Somebody has changed or deleted it since you opened it. Copy what you want to keep, then discard what is not saved to see theirs.",
  templates_name_key: "There is a template of this name already.",
  templates_size: "A subject has at most 500 characters, a template 200,000.",
  automations_template_fkey: "An automation sends it. Give that one another template first.",
};

/** One template, or a new one: its source beside what a contact would get. */
export function Template({ workspace, id }: { workspace: Workspace; id: string }) {
  const [turn, setTurn] = useState(0);
  const isNew = id === "new";
  const key = `${workspace.id}/template/${id}`;
  const asked = useAsk(isNew ? null : key, async () =>
    (await read<Whole>("templates", workspace.id, "name,category,subject,html,updated_at", (query) => query.eq("id", id)))[0] ?? null,
  );
  const discard = async () => {
    // Somebody else may have changed it.
    if (!isNew && (await renewed(key)) === undefined) throw new Failure("What is saved could not be read, so nothing is discarded.", "unread", 0, "");
    unsaved.drop(key);
    setTurn(turn + 1);
  };
  const props = { workspace, kept: key, discard, reopen: () => setTurn(turn + 1) };
  if (isNew) return <Editor key={turn} {...props} id={null} saved={BLANK} at="" />;
  return (
    <Panel asked={asked} what="The template" lines={10} isEmpty={(found) => !found} empty={<Gone kept={key} discard={discard} />}>
      {(found) => found && <Editor key={turn} {...props} id={id} saved={found} at={found.updated_at} />}
    </Panel>
  );
}

/** What was typed into a template that somebody else has deleted is still theirs. */
function Gone({ kept, discard }: Pick<EditorProps, "kept" | "discard">) {
  const left = unsaved.get<Kept>(kept);
  return (
    <Empty title="There is no such template.">
      {left && (
        <>
          <p>It was deleted while you wrote. This is what you have not saved:</p>
          <Copyable label="What is not saved" text={`${left.draft.subject}\n\n${left.draft.html}`} />
          <button type="button" onClick={() => void discard()}>Discard it</button>
        </>
      )}
    </Empty>
  );
}

/** What was typed, and of which version. */
interface Kept {
  draft: Written;
  seen: string;
}

interface EditorProps {
  workspace: Workspace;
  id: string | null;
  saved: Written;
  at: string;
  /** Under which name what is typed is kept. */
  kept: string;
  discard: () => Promise<void>;
  /** Begins anew with what is saved. */
  reopen: () => void;
}

function Editor({ workspace, id, saved, at, kept, discard, reopen }: EditorProps) {
  const [begun] = useState(() => unsaved.get<Kept>(kept) ?? { draft: written(saved), seen: at });
  const [draft, setDraft] = useState(begun.draft);
  const [seen, setSeen] = useState(begun.seen); // the version that was opened, or saved last
  const [isSaved, setSaved] = useState(false);
  useEffect(() => {
    if (at !== seen && unsaved.get(kept) === undefined) reopen(); // somebody else has saved it, and nothing is typed here
  }, [at]);
  const doing = useDoing();
  const base = `${BASE}/w/${workspace.slug}/emails/templates`;
  // A save that was under way when this was opened has told what came of it there.
  const version = () => unsaved.get<Kept>(kept)?.seen ?? seen;
  const edit = (changes: Partial<Written>) => {
    const now = { ...draft, ...changes };
    unsaved.keep(kept, { draft: now, seen: version() });
    setDraft(now);
    setSaved(false);
  };
  const save = async () => {
    const row = { ...draft, name: draft.name.trim() };
    const now = id ? (await changeSeen("templates", workspace.id, { id, updated_at: version() }, row, MEANINGS)).updated_at : "";
    if (!id) await add("templates", workspace.id, row, MEANINGS);
    changedMails(workspace.id);
    setSeen(now);
    // What was typed meanwhile is not saved, and is of this version.
    const left = unsaved.get<Kept>(kept);
    if (id && left && left.draft !== draft) return unsaved.keep(kept, { ...left, seen: now });
    unsaved.drop(kept);
    if (id) setSaved(true);
    else go(base);
  };
  const drop = async () => {
    await remove("templates", workspace.id, { id: id ?? "" }, MEANINGS);
    unsaved.drop(kept);
    changed(`${workspace.id}/templates`);
    go(base, { replace: true });
  };
  return (
    <div class="halves">
      <section class="card" aria-labelledby="template">
        <header><h2 id="template">{id ? saved.name : "A new template"}</h2><a href={base}>All templates</a></header>
        <Form what="The template" doing={doing} onSubmit={save}>
          <Editable role={workspace.role} needs="admin">
            <Field label="Name" name="name" required maxLength={200} defaultValue={begun.draft.name} onInput={({ currentTarget }) => edit({ name: currentTarget.value })} />
            <Choice label="Category" name="category" options={CATEGORIES} chosen={draft.category} onChange={(category) => edit({ category: category as Category })} />
            <Field
              label="Subject" name="subject" required maxLength={500} defaultValue={begun.draft.subject}
              onInput={({ currentTarget }) => edit({ subject: currentTarget.value })}
            />
            <Lines
              label="HTML and Liquid" name="html" rows={18} required maxLength={200_000} defaultValue={begun.draft.html} class="source"
              hint={<>Traits are <code>{"{{ contact.firstName }}"}</code>; <code>product.name</code>, <code>product.url</code> and <code>product.reply_to</code> are yours. What is put in is escaped.</>}
              onInput={({ currentTarget }) => edit({ html: currentTarget.value })}
            />
          </Editable>
          <div class="row">
            <Action role={workspace.role} needs="admin" type="submit" class="main" busy={doing.busy}>Save</Action>
            {id && (
              <Confirm title="Delete" question={`Delete ${saved.name}?`} does="Delete it" what="The template" role={workspace.role} needs="admin" class="bad" act={drop}>
                <p>What was sent stays in the log.</p>
              </Confirm>
            )}
            {unsaved.get(kept) !== undefined && (
              <Confirm
                title="Discard what is not saved" question="Discard what you have written here?" does="Discard it" what="The discarding"
                role={workspace.role} needs="viewer" class="" act={discard}
              >
                <p>It is in no other place. What is saved stays.</p>
              </Confirm>
            )}
            <small role="status">{isSaved ? "Saved. Mails from now on are like this." : ""}</small>
          </div>
        </Form>
      </section>
      <Preview workspace={workspace} draft={draft} />
    </div>
  );
}
