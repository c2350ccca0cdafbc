import { useAsk } from "../../data/asking";
import { BASE, go, useHere, withQuery } from "../../data/location";
import { callIn } from "../../data/supabase";
import { dateTime, words } from "../../parts/format";
import { Paging, readPlace } from "../../parts/paging";
import { AsOf, Empty, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import type { Workspace } from "../../shell/workspaces";
import { Explained } from "./Explained";

interface Mail {
  id: string;
  contactId: string | null;
  who: string | null;
  to: string | null;
  subject: string | null;
  template: string | null;
  automation: string | null;
  category: string;
  status: string;
  createdAt: string;
  answer: { code: string; reason: string };
}
interface Page {
  messages: Mail[];
  next: { at: string; id: string } | null;
}

const STATUSES = [
  ["", "All mails"], ["queued", "Waiting"], ["sent", "Sent"], ["skipped", "Skipped"], ["failed", "Failed"], ["unknown", "Unknown"],
] as const;

export default function Log({ workspace }: ScreenProps) {
  const { query } = useHere();
  const [status, after, why] = [query.get("status") ?? "", query.get("after") ?? "", query.get("why")];
  const asked = useAsk(`${workspace.id}/log/${status}/${after}`, () =>
    callIn<Page>("list_messages", workspace.id, {
      p_after: readPlace(after, "at", "id"), ...(status && { p_status: status }),
    }),
  );
  return (
    <section class="card" aria-labelledby="log">
      <header><h2 id="log">What went out, and what did not</h2><AsOf asked={asked} /></header>
      <nav class="row chips" aria-label="Only mails that are">
        {STATUSES.map(([value, title]) => (
          <a
            key={value} class="chip" href={withQuery({ status: value || null, after: null, why: null })}
            aria-current={value === status ? "true" : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <Panel
        asked={asked} what="The log" lines={10} isEmpty={({ messages }) => !messages.length && !after}
        empty={<Nothing status={status} base={`${BASE}/w/${workspace.slug}/emails`} />}
      >
        {({ messages, next }) => (
          <>
            <ul class="rows">
              {messages.map((mail) => <Row key={mail.id} workspace={workspace} mail={mail} open={mail.id === why} />)}
            </ul>
            <Paging after={after} next={next} />
          </>
        )}
      </Panel>
    </section>
  );
}

function Nothing({ status, base }: { status: string; base: string }) {
  if (status) return <p class="muted">No mail is like that.</p>;
  return (
    <Empty title="No mails yet.">
      <p>Each mail that is decided appears here, also those that are not sent, with the reason.</p>
      <p><a class="button" href={`${base}/automations`}>See the automations</a></p>
    </Empty>
  );
}

function Row({ workspace, mail, open }: { workspace: Workspace; mail: Mail; open: boolean }) {
  const { answer, automation, template } = mail;
  const title = mail.subject ?? template ?? automation ?? "Mail";
  return (
    <li>
      <div>
        <b>{title}</b> <span class="chip" data-status={answer.code}>{words(answer.code)}</span>
        <br />
        <small>
          to {mail.contactId ? <a href={`${BASE}/w/${workspace.slug}/contacts/${mail.contactId}`}>{mail.who ?? "a contact"}</a> : "a contact who is gone"}
          {mail.to && mail.to !== mail.who && ` (${mail.to})`}
          {automation ? `, by ${automation}` : ", by your server or a member"}
        </small>
        <p class="answer">{answer.reason}</p>
      </div>
      <time dateTime={mail.createdAt}>{dateTime(mail.createdAt)}</time>
      <button
        type="button" class="small" aria-expanded={open} aria-label={`Why: ${title}, to ${mail.who}`}
        onClick={() => go(withQuery({ why: open ? null : mail.id }), { replace: true })}
      >
        Why
      </button>
      {open && <Explained workspace={workspace.id} message={mail.id} />}
    </li>
  );
}
