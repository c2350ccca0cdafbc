import { useState } from "preact/hooks";
import { useAsk } from "../../data/asking";
import { BASE } from "../../data/location";
import { callIn } from "../../data/supabase";
import { clock } from "../../parts/format";
import { AsOf, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { fix } from "./fixes";

interface Event {
  messageId: string;
  name: string;
  type: string;
  trusted: boolean;
  receivedAt: string;
  contactId: string | null;
  who: string | null;
}

interface Rejection {
  id: string;
  code: string;
  pointer: string;
  messageId: string | null;
  receivedAt: string;
  key: string | null;
}

interface Recent {
  events: Event[];
  rejections: Rejection[];
}

/** What comes in, and what was refused and why, as it happens. */
export function Debugger({ workspace, every }: { workspace: Workspace; every: number }) {
  const [paused, pause] = useState(false);
  const asked = useAsk(
    `${workspace.id}/recent`,
    () => callIn<Recent>("recent_messages", workspace.id),
    paused ? {} : { every },
  );
  return (
    <section class="card" aria-labelledby="debugger">
      <header>
        <h2 id="debugger">Live debugger</h2>
        <span class="row">
          <AsOf asked={asked} />
          <button type="button" class="small" aria-pressed={paused} onClick={() => pause(!paused)}>
            {paused ? "Go on" : "Pause"}
          </button>
        </span>
      </header>
      <Panel
        asked={asked} what="The debugger" isEmpty={({ events, rejections }) => !events.length && !rejections.length}
        empty={
          <div class="waiting">
            <i aria-hidden="true" />
            <p>
              Waiting for the first event. Open your product with the tag in it: every event of the last hour appears
              here as it comes, and so does what was refused, with what to change.
            </p>
          </div>
        }
      >
        {(recent) => (
          <>
            {recent.rejections.length > 0 && <Rejections rejections={recent.rejections} />}
            <ol class="log" aria-label="Events, the latest first">
              {recent.events.map((event) => <Line key={event.messageId + event.trusted} workspace={workspace} event={event} />)}
            </ol>
          </>
        )}
      </Panel>
    </section>
  );
}

function Line({ workspace, event }: { workspace: Workspace; event: Event }) {
  const { name, type, trusted, receivedAt, contactId, who } = event;
  return (
    <li>
      <time dateTime={receivedAt}>{clock(new Date(receivedAt))}</time>
      <b>{type === "track" ? name : `${type[0]?.toUpperCase()}${type.slice(1)}${name === type ? "" : `: ${name}`}`}</b>
      {contactId ? <a href={`${BASE}/w/${workspace.slug}/contacts/${contactId}`}>{who}</a> : <span />}
      <small>{trusted ? "trusted" : "claimed"}</small>
    </li>
  );
}

function Rejections({ rejections }: { rejections: Rejection[] }) {
  return (
    <div class="notice warn">
      <b>{rejections.length === 50 ? "50 or more messages were" : rejections.length === 1 ? "1 message was" : `${rejections.length} messages were`} refused in the last day</b>
      <ul class="refused">
        {rejections.slice(0, 10).map(({ id, code, pointer, messageId, receivedAt, key }) => (
          <li key={id}>
            <time dateTime={receivedAt}>{clock(new Date(receivedAt))}</time> <code>{code}</code>{" "}
            {pointer && <>at <code>{pointer}</code></>}
            <br />
            {fix(code)}{" "}
            <small>{key && `Key ${key}.`} {messageId && `Message ${messageId}.`}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}
