import { useRef, useState } from "preact/hooks";
import { changed, forget } from "../../data/asking";
import { post } from "../../data/endpoints";
import { BASE, go } from "../../data/location";
import { download } from "../../parts/download";
import { Action, Field, Form, useDoing } from "../../parts/forms";
import { Failed } from "../../parts/states";
import { meant } from "../../parts/values";
import type { Workspace } from "../../shell/workspaces";
import type { Shown } from "./Contact";

interface Props {
  workspace: Workspace;
  contact: Shown;
}

/** What this person may ask a founder for. */
export function Actions({ workspace, contact }: Props) {
  const exporting = useDoing();
  const save = () => exporting.run(async () => download(`contact-${contact.id}.json`, await everything(workspace.id, contact.id)));
  return (
    <section class="card" aria-labelledby="rights">
      <header><h2 id="rights">Their rights</h2></header>
      <p class="muted">What this person may ask you for, at once and for real.</p>
      <div class="stack">
        <div class="row">
          <Action role={workspace.role} needs="viewer" busy={exporting.busy} onClick={() => void save()}>
            {exporting.busy ? "Collecting …" : "Export all we hold"}
          </Action>
        </div>
        {exporting.failure && <Failed failure={exporting.failure} what="The export" again={() => void save()} />}
        <Correct workspace={workspace} contact={contact} />
        <Erase workspace={workspace} contact={contact} />
      </div>
    </section>
  );
}

interface Held {
  contact?: unknown;
  events: unknown[];
  mails: unknown[];
  next: unknown;
}

/** Everything that is held of a contact, page by page. */
async function everything(workspace: string, contactId: string) {
  const held = { contact: undefined as unknown, events: [] as unknown[], mails: [] as unknown[] };
  let after: unknown;
  do {
    const page: Held = await post("/api/contact", workspace, { access: { contactId }, ...(after ? { after } : {}) });
    held.contact ??= page.contact;
    held.events.push(...page.events);
    held.mails.push(...page.mails);
    after = page.next;
  } while (after);
  return held;
}

function Correct({ workspace, contact }: Props) {
  const [open, setOpen] = useState(false);
  const doing = useDoing();
  const submit = async ({ trait = "", value = "" }) => {
    await post("/api/contact", workspace.id, { correct: { contactId: contact.id }, traits: { [trait.trim()]: value === "" ? null : meant(value) } });
    changed(`${workspace.id}/contact`);
    changed(`${workspace.id}/timeline/${contact.id}`);
    changed(`${workspace.id}/suppressions-of`); // it may have been the address
    setOpen(false);
  };
  if (!open) {
    return <Action role={workspace.role} needs="admin" onClick={() => setOpen(true)}>Correct a trait</Action>;
  }
  return (
    <Form what="The correction" doing={doing} onSubmit={submit}>
      <Field label="Trait" name="trait" required maxLength={255} placeholder="email" />
      <Field label="Value" name="value" hint="Leave it empty to remove the trait. It stands before whatever a browser claims." />
      <div class="row">
        <button class="main" disabled={doing.busy}>Correct it</button>
        <button type="button" onClick={() => setOpen(false)}>Cancel</button>
      </div>
    </Form>
  );
}

function Erase({ workspace, contact }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const doing = useDoing();
  const submit = async ({ forever = "" }) => {
    await post("/api/contact", workspace.id, { erase: { contactId: contact.id }, forever: forever === "on" });
    dialog.current?.close();
    forget(`${workspace.id}/`);
    go(`${BASE}/w/${workspace.slug}/contacts`, { replace: true });
  };
  return (
    <>
      <Action role={workspace.role} needs="admin" class="bad" onClick={() => dialog.current?.showModal()}>Erase</Action>
      <dialog ref={dialog} aria-labelledby="erase">
        <h2 id="erase">Erase {contact.name ?? contact.email ?? contact.identity.value}?</h2>
        <p>
          All {contact.identities.length === 1 ? "of this identity" : `of their ${contact.identities.length} identities`} goes:
          events, traits, score, mails. Nobody can bring it back. No mail goes to their address again.
        </p>
        <Form what="The erasure" doing={doing} onSubmit={submit}>
          <p><label><input type="checkbox" name="forever" /> Never let them come back. Otherwise they may after 35 days.</label></p>
          <div class="row">
            <button class="bad" disabled={doing.busy}>{doing.busy ? "Erasing …" : "Erase for good"}</button>
            <button type="button" onClick={() => dialog.current?.close()}>Keep</button>
          </div>
        </Form>
      </dialog>
    </>
  );
}
