import { useEffect, useRef, useState } from "preact/hooks";
import { changed } from "../../data/asking";
import { useHere } from "../../data/location";
import { add, change, remove } from "../../data/supabase";
import { Action, Confirm, Field, Form, useDoing, useFirstField } from "../../parts/forms";
import type { Workspace } from "../../shell/workspaces";
import { viewsKey, type View } from "./listing";
import { readFilters, writeFilters, type Filters } from "./query";

const MEANINGS = {
  saved_views_name_key: "There is a view of that name.",
  saved_views_query_key: "There is a view of these filters.",
  saved_views_name_length: "A name has 1 to 60 characters.",
  saved_views_query_length: "These filters are too long to be saved.",
  saved_views_no_address: "A view can't hold an email address, since it would outlive whoever has it.",
};

/** A view is read as filters and written anew, so that it leads to this list whatever somebody has put into it. */
const canonical = (query: string) => writeFilters(readFilters(new URLSearchParams(query)));

export interface Known {
  views: View[];
  /** What the list is narrowed by now, and the view that is just that. */
  now: string;
  current: View | undefined;
}

/** The saved views, beside what is shown; nothing until they are known. */
export function compare(views: View[] | undefined, filters: Filters): Known | undefined {
  const now = writeFilters(filters);
  const read = views?.map((view) => ({ ...view, query: canonical(view.query) }));
  return read && { views: read, now, current: now ? read.find(({ query }) => query === now) : undefined };
}

/** Lists that have a name, above the list. */
export function Views({ known: { views, now, current } }: { known: Known }) {
  const { path } = useHere();
  const bar = useRef<HTMLElement>(null);
  useEffect(() => bar.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" }), [current?.id]);
  if (!views.length) return null;
  return (
    <nav class="row chips views" aria-label="Saved views" ref={bar}>
      <a class="chip" href={path} aria-current={now ? undefined : "page"}>Everybody</a>
      {views.map(({ id, name, query }) => (
        <a key={id} class="chip" href={query ? `${path}?${query}` : path} aria-current={id === current?.id ? "page" : undefined}>{name}</a>
      ))}
    </nav>
  );
}

/** The view that is shown can be renamed and deleted; any other filters can be saved as one. */
export function ViewActions({ workspace, known: { now, current } }: { workspace: Workspace; known: Known }) {
  if (!now) return null;
  return current ? <Current key={current.id} workspace={workspace} view={current} /> : <Save key={now} workspace={workspace} query={now} />;
}

function Save({ workspace, query }: { workspace: Workspace; query: string }) {
  const [open, setOpen] = useState(false);
  const save = async ({ name = "" }) => {
    await add("saved_views", workspace.id, { name: name.trim(), query }, MEANINGS);
    changed(viewsKey(workspace.id));
  };
  if (!open) {
    return <Action role={workspace.role} needs="admin" class="small" onClick={() => setOpen(true)}>Save as a view</Action>;
  }
  return <Named what="The view" does="Save it" onSubmit={save} close={() => setOpen(false)} />;
}

function Current({ workspace, view }: { workspace: Workspace; view: View }) {
  const [open, setOpen] = useState(false);
  const rename = async ({ name = "" }) => {
    await change("saved_views", workspace.id, { id: view.id }, { name: name.trim() }, MEANINGS);
    changed(viewsKey(workspace.id));
    setOpen(false);
  };
  const drop = async () => {
    await remove("saved_views", workspace.id, { id: view.id });
    changed(viewsKey(workspace.id));
  };
  if (open) return <Named what="The name" does="Rename it" name={view.name} onSubmit={rename} close={() => setOpen(false)} />;
  return (
    <>
      <Action role={workspace.role} needs="admin" class="small" onClick={() => setOpen(true)}>Rename this view</Action>
      <Confirm
        title="Delete this view" question={`Delete “${view.name}”?`} does="Delete it" what="The view" role={workspace.role} needs="admin"
        class="small" act={drop}
      >
        <p>It goes for all members. The contacts in it stay.</p>
      </Confirm>
    </>
  );
}

interface NamedProps {
  what: string;
  does: string;
  name?: string;
  onSubmit: (values: Record<string, string>) => Promise<unknown>;
  close: () => void;
}

function Named({ what, does, name, onSubmit, close }: NamedProps) {
  const doing = useDoing();
  const form = useFirstField<HTMLElement>();
  return (
    <section class="card adding" aria-label={what} ref={form}>
      <Form what={what} doing={doing} onSubmit={onSubmit}>
        <Field
          label="Name" name="name" required maxLength={60} pattern=".*\S.*" defaultValue={name} autocomplete="off"
          hint="All members of the workspace see it. A view stays when somebody is erased, so let it name nobody."
        />
        <div class="row">
          <button class="main" disabled={doing.busy}>{does}</button>
          <button type="button" onClick={close}>Cancel</button>
        </div>
      </Form>
    </section>
  );
}
