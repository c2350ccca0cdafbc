import { useEffect, useState } from "preact/hooks";
import { post } from "../../data/endpoints";
import { asFailure, type Failure } from "../../data/failure";
import { Action, useDoing } from "../../parts/forms";
import { Failed, Notice } from "../../parts/states";
import { may, type Workspace } from "../../shell/workspaces";
import { MailFrame } from "./MailFrame";
import { Reader, type Person } from "./Reader";

interface Draft {
  subject: string;
  html: string;
  category: string;
}
interface Mail {
  subject: string;
  html: string;
  text: string;
}

const PAUSE = 600;

/** What that contact would get, as the server renders it, a moment after each change. */
function useMail(workspace: string, body: object | null) {
  const [mail, setMail] = useState<Mail>();
  const [failure, setFailure] = useState<Failure>();
  const key = JSON.stringify(body);
  useEffect(() => {
    if (!body) return;
    let isOver = false;
    const ask = async () => {
      try {
        const { preview } = await post<{ preview: Mail }>("/api/settings", workspace, { preview: body });
        if (isOver) return;
        setMail(preview);
        setFailure(undefined);
      } catch (error) {
        if (!isOver) setFailure(asFailure(error));
      }
    };
    const timer = setTimeout(() => void ask(), mail ? PAUSE : 0);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [workspace, key]);
  return { mail, failure };
}

const SHAPES = ["Phone", "Wide", "Text"] as const;

export function Preview({ workspace, draft }: { workspace: Workspace; draft: Draft }) {
  const [person, setPerson] = useState<Person | null>();
  const [shape, setShape] = useState<(typeof SHAPES)[number]>("Phone");
  const mayAsk = may(workspace.role, "admin");
  const { subject, html, category } = draft;
  const content = { subject, html, category, ...(person && { contact: { contactId: person.id } }) };
  const { mail, failure } = useMail(workspace.id, mayAsk && person !== undefined && subject && html ? content : null);
  return (
    <section class="card" aria-labelledby="preview">
      <header>
        <h2 id="preview">Preview</h2>
        <div class="row" role="group" aria-label="Shown as">
          {SHAPES.map((one) => (
            <button key={one} type="button" class="small" aria-pressed={one === shape} onClick={() => setShape(one)}>{one}</button>
          ))}
        </div>
      </header>
      {mayAsk ? (
        <>
          <Reader workspace={workspace.id} person={person ?? null} onChoose={setPerson} />
          {failure && <Failed failure={failure} what="The preview">{mail && <p>What you see is from before your last change.</p>}</Failed>}
          {mail && (
            <>
              <p class="subject"><small>Subject</small> <b>{mail.subject}</b></p>
              {shape === "Text" ? <pre class="text" tabIndex={0}>{mail.text}</pre> : <MailFrame html={mail.html} isNarrow={shape === "Phone"} />}
            </>
          )}
        </>
      ) : <p class="muted">Only owners and admins can preview: it shows a contact's traits as the server puts them in.</p>}
      <Test workspace={workspace} content={content} />
    </section>
  );
}

function Test({ workspace, content }: { workspace: Workspace; content: object }) {
  const [sentTo, setSentTo] = useState("");
  const sending = useDoing();
  const send = () => sending.run(async () => {
    setSentTo("");
    const { testMail } = await post<{ testMail: { sentTo: string } }>("/api/settings", workspace.id, { testMail: content });
    setSentTo(testMail.sentTo);
  });
  return (
    <div class="spaced">
      {sentTo && <Notice tone="good" title={`Sent to ${sentTo}.`} />}
      {sending.failure && <Failed failure={sending.failure} what="The test mail" again={() => void send()} />}
      <Action role={workspace.role} needs="admin" busy={sending.busy} onClick={() => void send()}>
        {sending.busy ? "Sending …" : "Send it to me"}
      </Action>
    </div>
  );
}
