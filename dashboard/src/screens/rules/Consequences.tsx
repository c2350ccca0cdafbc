import { changed } from "../../data/asking";
import { BASE } from "../../data/location";
import { Action, Confirm, useDoing } from "../../parts/forms";
import { date, figure } from "../../parts/format";
import { StageChip } from "../../parts/score";
import { AsOf, Failed, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { BackTest } from "./BackTest";
import { decide, usePreview, type Draft, type Preview, type Rules } from "./data";
import { differences, mails, people } from "./sentences";
import { Differences } from "./Versions";

/** What publishing the draft would do, before anybody does. */
export function Consequences({ workspace, force, draft }: { workspace: Workspace; force: Rules; draft: Draft }) {
  const preview = usePreview(workspace.id, draft);
  const isReady = preview.data?.status === "previewed";
  return (
    <div class="stack draft">
      <section class="card" aria-labelledby="draft">
        <header>
          <h2 id="draft">Your draft</h2>
          <small>not in force yet</small>
        </header>
        <Differences found={differences(force, draft.rules)} />
        <Decision workspace={workspace} draft={draft} preview={isReady ? preview.data : undefined} />
      </section>
      <section class="card" aria-labelledby="consequences">
        <header>
          <h2 id="consequences">What publishing would do</h2>
          {isReady && <AsOf asked={preview} />}
        </header>
        <Panel asked={preview} what="The preview">
          {(found) => (found.status === "previewed" ? <Found workspace={workspace} preview={found} /> : <Working preview={found} />)}
        </Panel>
      </section>
      <BackTest workspace={workspace} draft={draft} rules={draft.rules} />
    </div>
  );
}

function Decision({ workspace, draft, preview }: { workspace: Workspace; draft: Draft; preview: Preview | undefined }) {
  const doing = useDoing();
  const act = async (decision: "publish" | "discard") => {
    try {
      await decide(workspace.id, draft, decision);
    } finally {
      changed(`${workspace.id}/`);
    }
  };
  const moving = preview?.moves.reduce((sum, { contacts }) => sum + contacts, 0) ?? 0;
  const mailing = preview?.mails.reduce((sum, { mailable }) => sum + mailable, 0) ?? 0;
  const effect = [moving && `${people(moving)} move${moving === 1 ? "s" : ""}`, mailing && mails(mailing)].filter(Boolean).join(", ");
  return (
    <>
      <div class="row">
        <Action role={workspace.role} needs="admin" class="main" unready={!preview} busy={doing.busy} onClick={() => void doing.run(() => act("publish"))}>
          {preview ? `Publish${effect ? `: ${effect}` : ""}` : "Publish, after the preview"}
        </Action>
        <Confirm
          title="Discard" question="Discard this draft?" does="Discard it" what="The draft" role={workspace.role} needs="admin"
          act={() => act("discard")}
        >
          <p>Its changes are gone then, for everybody. The rules in force stay.</p>
        </Confirm>
      </div>
      {doing.failure && <Failed failure={doing.failure} what="The draft" />}
    </>
  );
}

function Working({ preview: { status, done, total } }: { preview: Preview }) {
  const what = status === "counting" ? "Counting what is new in the rules, back through all events" : "Working out who would move";
  return (
    <div role="status">
      <p>{what}: {figure(done)}{total !== null && ` of ${figure(total)} people`} …</p>
      <progress aria-label={what} max={total ?? undefined} value={total === null ? undefined : done} />
    </div>
  );
}

function Found({ workspace, preview: { moves, mails: following, on } }: { workspace: Workspace; preview: Preview }) {
  return (
    <>
      {moves.length === 0 && <p>Nobody changes stage. Scores may change.</p>}
      <ul class="moves">
        {moves.map(({ from, to, contacts, examples }) => (
          <li key={from + to}>
            <p class="row"><b>{people(contacts)}</b> <span class="row"><StageChip name={from} /> → <StageChip name={to} /></span></p>
            <p class="names">
              {examples.map(({ contactId, email, userId, anonymousId }, index) => (
                <span key={contactId}>{index > 0 && ", "}<a href={`${BASE}/w/${workspace.slug}/contacts/${contactId}`}>{email ?? userId ?? anonymousId}</a></span>
              ))}
              {contacts > examples.length && <small> and {figure(contacts - examples.length)} more</small>}
            </p>
          </li>
        ))}
      </ul>
      <h3>Mails that follow</h3>
      {following.length === 0 && <p class="muted">None.</p>}
      <ul class="plain">
        {following.map(({ automation, mails: count, mailable }) => (
          <li key={automation}>
            <b>{mails(mailable)}</b> by {automation}
            {mailable < count && <small> and {figure(count - mailable)} that can't leave: no address that may be mailed</small>}
          </li>
        ))}
      </ul>
      {on && <p><small>If you publish on {date(on)} (UTC). Caps, quiet hours and suppressions hold back what they would.</small></p>}
    </>
  );
}
