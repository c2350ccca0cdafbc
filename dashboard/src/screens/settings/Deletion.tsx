import { useRef, useState } from "preact/hooks";
import { changed, useAsk } from "../../data/asking";
import { post } from "../../data/endpoints";
import { read } from "../../data/supabase";
import { dateTime } from "../../parts/format";
import { Action, Field, Form, useDoing } from "../../parts/forms";
import { Failed, Panel } from "../../parts/states";
import { MINE, type Workspace } from "../../shell/workspaces";

interface Request {
  requested_at: string;
  purge_after: string;
  due_by: string;
  purging_since: string | null;
}

export function Deletion({ workspace }: { workspace: Workspace }) {
  return (
    <section class="card" aria-labelledby="deletion">
      <header><h2 id="deletion">Delete this workspace</h2></header>
      {workspace.deletionRequestedAt ? <Pending workspace={workspace} /> : <Ask workspace={workspace} />}
    </section>
  );
}

function Ask({ workspace }: { workspace: Workspace }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const doing = useDoing();
  const submit = async () => {
    await post("/api/delete-workspace", workspace.id, { name: typed });
    dialog.current?.close();
    changed(MINE);
    changed(`${workspace.id}/deletion`);
  };
  return (
    <>
      <ol>
        <li><b>At once:</b> keys refuse, no mail leaves, and all owners get a mail with a link to cancel.</li>
        <li><b>For 7 days</b> an owner can cancel, and everything is as it was. Until then you can still export.</li>
        <li><b>Then</b> all of it goes: events, contacts, scores, mails, members, the subscription, and accounts that belong to nothing else. Owners get a receipt with counts.</li>
        <li><b>Within 30 days</b> of the request it is done, always.</li>
      </ol>
      <Action role={workspace.role} needs="owner" class="bad" onClick={() => dialog.current?.showModal()}>Delete the workspace</Action>
      <dialog ref={dialog} aria-labelledby="delete-title">
        <h2 id="delete-title">Delete {workspace.name}?</h2>
        <Form what="The deletion" doing={doing} onSubmit={submit}>
          <Field
            label="Type its name to show that you mean this one" name="name" required autocomplete="off" placeholder={workspace.name}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <div class="row">
            <button class="bad" disabled={doing.busy || typed !== workspace.name}>{doing.busy ? "Asking …" : "Delete it"}</button>
            <button type="button" onClick={() => dialog.current?.close()}>Keep it</button>
          </div>
        </Form>
      </dialog>
    </>
  );
}

function Pending({ workspace }: { workspace: Workspace }) {
  const cancelling = useDoing();
  const asked = useAsk(`${workspace.id}/deletion`, async () =>
    (await read<Request>("deletion_requests", workspace.id, "requested_at,purge_after,due_by,purging_since", (query) =>
      query.is("cancelled_at", null).is("finished_at", null),
    ))[0] ?? null,
  );
  const cancel = () => cancelling.run(async () => {
    await post("/api/delete-workspace", workspace.id, { cancel: true });
    changed(MINE);
    changed(`${workspace.id}/deletion`);
  });
  return (
    <Panel asked={asked} what="The deletion">
      {(request) => request && (
        <>
          <dl class="facts">
            <div><dt>Asked for</dt><dd>{dateTime(request.requested_at)}; since then keys refuse and no mail leaves</dd></div>
            <div><dt>Can be cancelled until</dt><dd>{dateTime(request.purge_after)}</dd></div>
            <div><dt>Everything is gone by</dt><dd>{dateTime(request.due_by)}</dd></div>
          </dl>
          <div class="row spaced">
            {request.purging_since
              ? <p>Rows are being removed: it can't be cancelled any more.</p>
              : <Action role={workspace.role} needs="owner" class="main" busy={cancelling.busy} onClick={() => void cancel()}>Keep the workspace</Action>}
          </div>
          {cancelling.failure && <Failed failure={cancelling.failure} what="The cancelling" again={() => void cancel()} />}
        </>
      )}
    </Panel>
  );
}
