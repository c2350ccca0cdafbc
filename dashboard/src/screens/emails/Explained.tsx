import { useAsk } from "../../data/asking";
import { call } from "../../data/supabase";
import { dateTime, words } from "../../parts/format";
import { Panel } from "../../parts/states";

interface Answer {
  reason: string;
  also: { reason: string }[];
  events: { event: string | null; type: string; at: string }[] | null;
  score: number | null;
  transition: { from: string | null; to: string; cause: string; at: string } | null;
  automation: { name: string; status: string } | null;
  message: { createdAt?: string } | null;
  delivery: { kind: string; at: string }[] | null;
}

/** The chain that led to a mail, and what became of it. */
export function Explained({ workspace, message }: { workspace: string; message: string }) {
  const asked = useAsk(`${workspace}/mail/${message}`, () => call<Answer | null>("explain_mail", { p_message: message }));
  return (
    <div class="wide">
      <Panel asked={asked} what="The reason" lines={3} isEmpty={(said) => !said} empty={<p class="muted">The mail is gone.</p>}>
        {(said) => said && (
          <ol class="timeline">
            {said.events?.map(({ event, type, at }) => <Step key={at + event} what={event ?? type} at={at} />)}
            {said.transition && (
              <Step
                kind="transition" at={said.transition.at}
                what={`${said.transition.from ? `${words(said.transition.from)} → ` : ""}${words(said.transition.to)}${said.score === null ? "" : `, at a score of ${said.score}`}`}
              />
            )}
            <Step kind="mail" what={said.automation ? `${said.automation.name} (${said.automation.status}) decided on this mail` : "Asked for by your server or a member"} />
            {said.delivery?.map(({ kind, at }) => <Step key={kind + at} kind="mail" what={words(kind)} at={at} />)}
            <Step kind="mail" what={said.reason} />
            {said.also.map(({ reason }) => <Step key={reason} what={reason} />)}
          </ol>
        )}
      </Panel>
    </div>
  );
}

function Step({ what, at, kind = "event" }: { what: string; at?: string; kind?: string }) {
  return (
    <li class={kind}>
      <div>{what}</div>
      {at && <time dateTime={at}>{dateTime(at)}</time>}
    </li>
  );
}
