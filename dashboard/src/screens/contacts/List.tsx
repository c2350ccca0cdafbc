import { useLayoutEffect, useRef } from "preact/hooks";
import { together, useAsk } from "../../data/asking";
import { BASE, useHere, withQuery } from "../../data/location";
import { figure } from "../../parts/format";
import { AsOf, Empty, Failed, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { useStages } from "./data";
import { Filters } from "./Filters";
import { keepPage, list, PAGE, useSignals, useViews, writePlace, type Missing, type Page, type Wanted } from "./listing";
import { readFilters, writeFilters } from "./query";
import { Row, useListKeys } from "./Row";
import { compare, ViewActions, Views } from "./Views";

function useWanted(): { wanted: Wanted; why: string | null } {
  const { query } = useHere();
  const wanted = { ...readFilters(query), text: query.get("q") ?? "", after: query.get("after") ?? "" };
  return { wanted, why: query.get("why") };
}

export default function List({ workspace }: { workspace: Workspace }) {
  const { wanted, why } = useWanted();
  const stages = useStages(workspace.id);
  const signals = useSignals(workspace.id, wanted.signals.length > 0);
  const views = useViews(workspace.id);
  const known = compare(views.data, wanted);
  const isKnown = (stages.data || !wanted.stage) && (signals.data || !wanted.signals.length);
  const asked = useAsk(isKnown ? `${workspace.id}/contacts/${JSON.stringify(wanted)}` : null, () =>
    list(workspace.id, wanted, stages.data ?? [], signals.data?.signals ?? []),
  );
  useLayoutEffect(() => {
    if (asked.data && "contacts" in asked.data && !wanted.text) keepPage(workspace.id, wanted, asked.data);
  }, [asked.data]);
  // Saved views may fail and leave the list as it is: that is said above it.
  const whole = [stages, signals, { ...views, failure: undefined }].reduce(together, asked);
  const rows = useRef<HTMLUListElement>(null);
  useListKeys(rows);
  return (
    <>
      <div class="head">
        <h1>Contacts</h1>
        <AsOf asked={asked} />
      </div>
      {views.failure && !asked.failure && <Failed failure={views.failure} what="The saved views" again={views.again} />}
      {known && <Views known={known} />}
      <Filters workspace={workspace} wanted={wanted} stages={stages.data ?? []}>
        {known && <ViewActions workspace={workspace} known={known} />}
      </Filters>
      <Panel
        asked={whole} what="The contacts" lines={10}
        isEmpty={(page) => "missing" in page || (!page.contacts.length && !page.next)}
        empty={<Nobody wanted={wanted} found={asked.data} workspace={workspace} />}
      >
        {(page) => "contacts" in page && (
          <>
            {page.above > 0 && (
              <p>
                <small role="status">
                  {page.above === 1 ? "One of these has" : `${page.above} of these have`} come to stand above this page since you opened the one before.
                </small>
              </p>
            )}
            {page.contacts.length > 0 && (
              <ul class="contacts card" ref={rows} aria-label={wanted.text ? "Contacts that were found" : "Contacts, the highest score first"}>
                {page.contacts.map((contact) => (
                  <Row key={contact.id} workspace={workspace} contact={contact} open={contact.id === why} />
                ))}
              </ul>
            )}
            <Paging page={page} wanted={wanted} />
          </>
        )}
      </Panel>
    </>
  );
}

function Paging({ page: { contacts, looked, next, more }, wanted }: { page: Page; wanted: Wanted }) {
  const isShort = next && contacts.length < PAGE;
  const found = contacts.length ? `${contacts.length} found` : "Nobody yet";
  return (
    <nav class="paging" aria-label="Pages">
      {wanted.after && <a key="top" class="button" href={withQuery({ after: null, why: null })}>To the top</a>}
      {isShort && (
        <small role="status">
          {found} among the {wanted.after ? "next" : "first"} {figure(looked)} by score, down to a score of {next.score}. There may be more.
        </small>
      )}
      {!next && !wanted.text && isNarrow(wanted) && <small>{wanted.after ? "Nobody else is like that." : `These are all: ${contacts.length}.`}</small>}
      {more && <small>There are more. Type more of the name or address.</small>}
      {next && (
        <a key="next" class="button" href={withQuery({ after: writePlace(next), why: null })}>{isShort ? "Look further" : "Next 50"}</a>
      )}
    </nav>
  );
}

const isNarrow = (wanted: Wanted) => writeFilters(wanted) !== "";

interface NobodyProps {
  wanted: Wanted;
  found: Page | Missing | undefined;
  workspace: Workspace;
}

function Nobody({ wanted, found, workspace }: NobodyProps) {
  const all = <p><a href={location.pathname}>Show all contacts</a></p>;
  if (found && "missing" in found) {
    return <Empty title={`There is no ${found.missing}.`}><p>Your rules do not have it, or not any more, so nobody can be like that.</p>{all}</Empty>;
  }
  if (wanted.text) {
    return (
      <Empty title={`Nobody is called “${wanted.text}”.`}>
        <p>The search finds names, email addresses, userIds and anonymousIds, by how they begin.</p>
      </Empty>
    );
  }
  if (wanted.after) return <Empty title="Nobody else is like that.">{all}</Empty>;
  if (isNarrow(wanted)) return <Empty title="No contact is like that.">{all}</Empty>;
  return (
    <Empty title="No contacts yet.">
      <p>
        As soon as your product sends an event, whoever it names appears here with a score and a stage, the ones most
        likely to convert on top.
      </p>
      <p><a class="button main" href={`${BASE}/w/${workspace.slug}/setup`}>Set it up</a></p>
    </Empty>
  );
}
