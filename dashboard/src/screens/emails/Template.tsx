import { useState } from "preact/hooks";
import { changed, renewed, useAsk } from "../../data/asking";
import { BASE, go } from "../../data/location";
import { add, changeSeen, read, remove } from "../../data/supabase";
import { Action, Choice, Confirm, Editable, Field, Form, Lines, useDoing } from "../../parts/forms";
import { Empty, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { changedMails, type Category, type Template as Listed } from "./data";
import { Preview } from "./Preview";

type Written = Pick<Listed, "name" | "category" | "subject"> & { html: string };
type Whole = Written & { updated_at: string };

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
  stale: "Somebody has changed it since you opened it. Open it anew to see that: what you have written here is in no other place.",
  templates_name_key: "There is a template of this name already.",
  templates_size: "A subject has at most 500 characters, a template 200,000.",
  automations_template_fkey: "An automation sends it. Give that one another template first.",
};

/** One template, or a new one: its source beside what a contact would get. */
export function Template({ workspace, id }: { workspace: Workspace; id: string }) {
  const isNew = id === "new";
  const asked = useAsk(isNew ? null : `${workspace.id}/template/${id}`, async () =>
    (await read<Whole>("templates", workspace.id, "name,category,subject,html,updated_at", (query) => query.eq("id", id)))[0] ?? null,
  );
  if (isNew) return <Editor workspace={workspace} id={null} saved={BLANK} at="" />;
  return (
    <Panel asked={asked} what="The template" lines={10} isEmpty={(found) => !found} empty={<Empty title="There is no such template." />}>
      {(found) => found && <Editor workspace={workspace} id={id} saved={found} at={found.updated_at} />}
    </Panel>
  );
}

function Editor({ workspace, id, saved, at }: { workspace: Workspace; id: string | null; saved: Written; at: string }) {
  const [draft, setDraft] = useState<Written>({ name: saved.name, category: saved.category, subject: saved.subject, html: saved.html });
  const [seen, setSeen] = useState(at); // the version that was opened, or saved last
  const [isSaved, setSaved] = useState(false);
  const doing = useDoing();
  const base = `${BASE}/w/${workspace.slug}/emails/templates`;
  const edit = (changes: Partial<Written>) => {
    setDraft({ ...draft, ...changes });
    setSaved(false);
  };
  const save = async () => {
    const row = { ...draft, name: draft.name.trim() };
    if (id) await changeSeen("templates", workspace.id, { id, updated_at: seen }, row, MEANINGS);
    else await add("templates", workspace.id, row, MEANINGS);
    const now = id && (await renewed<Whole | null>(`${workspace.id}/template/${id}`));
    changedMails(workspace.id);
    if (now) setSeen(now.updated_at);
    if (id) setSaved(true);
    else go(base);
  };
  const drop = async () => {
    await remove("templates", workspace.id, { id: id ?? "" }, MEANINGS);
    changed(`${workspace.id}/templates`);
    go(base, { replace: true });
  };
  return (
    <div class="halves">
      <section class="card" aria-labelledby="template">
        <header><h2 id="template">{id ? saved.name : "A new template"}</h2><a href={base}>All templates</a></header>
        <Form what="The template" doing={doing} onSubmit={save}>
          <Editable role={workspace.role} needs="admin">
            <Field label="Name" name="name" required maxLength={200} defaultValue={saved.name} onInput={({ currentTarget }) => edit({ name: currentTarget.value })} />
            <Choice label="Category" name="category" options={CATEGORIES} chosen={saved.category} onChange={(category) => edit({ category: category as Category })} />
            <Field
              label="Subject" name="subject" required maxLength={500} defaultValue={saved.subject}
              onInput={({ currentTarget }) => edit({ subject: currentTarget.value })}
            />
            <Lines
              label="HTML and Liquid" name="html" rows={18} required maxLength={200_000} defaultValue={saved.html} class="source"
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
            <small role="status">{isSaved ? "Saved. Mails from now on are like this." : ""}</small>
          </div>
        </Form>
      </section>
      <Preview workspace={workspace} draft={draft} />
    </div>
  );
}
