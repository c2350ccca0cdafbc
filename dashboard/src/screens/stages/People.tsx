import { useRef } from "preact/hooks";
import { together, useAsk } from "../../data/asking";
import { useHere, withQuery } from "../../data/location";
import { date, dateTime, figure, words } from "../../parts/format";
import { writePlace } from "../../parts/paging";
import { AsOf, Empty, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { useStages } from "../contacts/data";
import { isDay } from "../contacts/query";
import { Row, useListKeys } from "../contacts/Row";
import { people, type People as Page, type Span, type Whom } from "./data";

/** Whom a number counts that was pressed somewhere. */
export default function People({ workspace }: { workspace: Workspace }) {
  const { query, path } = useHere();
  const get = (name: string) => query.get(name) ?? "";
  const span = { from: get("from"), to: get("to") };
  const whom = { reached: get("reached"), in: get("in"), entered: get("entered") };
  const name = whom.reached || whom.in || whom.entered;
  const stages = useStages(workspace.id);
  const stage = stages.data?.find((one) => one.name === name)?.id;
  const key = `${workspace.id}/contacts/${JSON.stringify([span, whom, get("after")])}`;
  const isTime = [span.from, span.to].every((at) => isDay(at.slice(0, 10)) && !Number.isNaN(Date.parse(at)));
  // A stage that has another name by now, or is gone; or times that are none.
  const isUnknown = !isTime || (!!name && !!stages.data && !stage);
  const asked = useAsk(isTime && (!name || stage) ? key : null, () => people(workspace.id, span, whom, stage, get("after")));
  const rows = useRef<HTMLUListElement>(null);
  useListKeys(rows);
  return (
    <>
      <div class="head">
        <h1>Contacts</h1>
        <AsOf asked={asked} />
      </div>
      <p>{isTime && `${described(whom)} ${spanned(span)}, the latest first. `}<a href={path}>Show all contacts</a></p>
      {isUnknown ? <Nobody /> : <Panel
        asked={together(asked, stages)} what="The contacts" lines={10}
        isEmpty={({ contacts, next }) => !contacts.length && !next} empty={<Nobody />}
      >
        {(page) => (
          <>
            <ul class="contacts card" ref={rows} aria-label="Contacts">
              {page.contacts.map((contact) => (
                <Row key={contact.id} workspace={workspace} contact={contact} open={contact.id === get("why")} />
              ))}
            </ul>
            <Paging page={page} isFirst={!get("after")} />
          </>
        )}
      </Panel>}
    </>
  );
}

const Nobody = () => <Empty title="Nobody."><p>There is no stage of that name, no such time, or nobody is meant.</p></Empty>;

function described({ reached, in: now, entered }: Whom): string {
  if (entered) return `Who entered ${words(entered)}`;
  if (reached) return `Who got as far as ${words(reached)}, of those first known`;
  return now ? `Who is in ${words(now)} now, of those first known` : "Who was first known";
}

/** "on 26 Nov 2026", "from 1 Nov to 26 Nov 2026", or to the minute. */
function spanned({ from, to }: Span): string {
  if (from.length > 10) return `from ${dateTime(from)} to ${dateTime(to)}`;
  const last = new Date(Date.parse(to) - 43_200_000).toISOString().slice(0, 10);
  return last === from ? `on ${date(from)} (UTC)` : `from ${date(from)} to ${date(last)} (UTC)`;
}

function Paging({ page: { contacts, looked, next }, isFirst }: { page: Page; isFirst: boolean }) {
  return (
    <nav class="paging" aria-label="Pages">
      {!isFirst && <a key="top" class="button" href={withQuery({ after: null, why: null })}>To the top</a>}
      {next && contacts.length < 50 && <small>Looked through {figure(looked)} contacts.</small>}
      {next && (
        <a key="next" class="button" href={withQuery({ after: writePlace(next), why: null })}>{contacts.length < 50 ? "Look further" : "Next 50"}</a>
      )}
    </nav>
  );
}
