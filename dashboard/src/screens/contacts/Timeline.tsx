import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAsk } from "../../data/asking";
import { callIn } from "../../data/supabase";
import { asFailure, type Failure } from "../../data/failure";
import { dateTime, words } from "../../parts/format";
import { Failed, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { Changes, type Change, type Claim } from "./Changes";

interface Item {
  kind: "event" | "mail" | "transition";
  key: string;
  at: string;
  name?: string;
  type?: string;
  trusted?: boolean;
  properties?: Record<string, unknown>;
  page?: string | null;
  subject?: string | null;
  status?: string;
  reason?: string | null;
  delivery?: string | null;
  template?: string | null;
  automation?: string | null;
  from?: string | null;
  to?: string;
  cause?: string;
  score?: number;
  changes?: Change[];
  outranked?: Claim[];
}

type Place = { at: string; key: string } | null;
interface Page {
  items: Item[];
  next: Place;
}

export function Timeline({ workspace, contact }: { workspace: Workspace; contact: string }) {
  const page = (after: Place) =>
    callIn<Page>("contact_timeline", workspace.id, { p_contact: contact, ...(after && { p_after: after }) });
  const first = useAsk(`${workspace.id}/timeline/${contact}`, () => page(null));
  const [more, setMore] = useState<Page>();
  const [failure, setFailure] = useState<Failure>();
  const next = more ? more.next : first.data?.next;
  const further = async () => {
    setFailure(undefined);
    try {
      const found = await page(next ?? null);
      setMore({ items: [...(more?.items ?? []), ...found.items], next: found.next });
    } catch (error) {
      setFailure(asFailure(error));
    }
  };
  return (
    <section class="card" aria-labelledby="timeline">
      <header><h2 id="timeline">Timeline</h2></header>
      <Panel
        asked={first} what="The timeline" isEmpty={({ items }) => !items.length}
        empty={<p class="muted">Nothing yet. Events, mails and changes of stage will be here, the latest first.</p>}
      >
        {({ items }) => (
          <ol class="timeline">
            {[...items, ...(more?.items ?? [])].map((item) => (
              <li key={item.key} class={item.kind}>
                <div>{SHOWN[item.kind](item)}</div>
                <time dateTime={item.at}>{dateTime(item.at)}</time>
              </li>
            ))}
          </ol>
        )}
      </Panel>
      {failure && <Failed failure={failure} what="Earlier entries" />}
      {next && <button type="button" onClick={() => void further()}>Earlier</button>}
    </section>
  );
}

const CAUSES: Record<string, string> = {
  message: "by what they did",
  decay: "because the score decayed",
  silence: "because they went quiet",
  rules: "because the rules changed",
  hand: "by hand",
};

const SHOWN: Record<Item["kind"], (item: Item) => ComponentChildren> = {
  event: ({ name, type, trusted, properties, page, changes, outranked }) => (
    <>
      {type === "identify" || type === "group"
        ? <Changes type={type} changes={changes ?? []} outranked={outranked ?? []} />
        : <b>{type === "alias" ? "Identities joined" : name}</b>}
      {!trusted && <small title="Sent by a browser, where anybody can claim anything"> claimed</small>}
      {page && <small> {page}</small>}
      {type !== "identify" && type !== "group" && !!changes?.length && <Changes type="track" changes={changes} outranked={[]} />}
      {properties && Object.keys(properties).length > 0 && (
        <details>
          <summary>Properties</summary>
          <pre tabIndex={0}>{JSON.stringify(properties, null, 2)}</pre>
        </details>
      )}
    </>
  ),
  mail: ({ subject, status, reason, delivery, template, automation }) => (
    <>
      <b>Mail: {subject ?? automation ?? template ?? "untitled"}</b>
      <small> {words(delivery ?? status ?? "")}{reason ? `, because of ${words(reason)}` : ""}</small>
    </>
  ),
  transition: ({ from, to, cause, score }) => (
    <>
      <b>{from ? `${words(from)} → ` : ""}{words(to ?? "")}</b>
      <small> {CAUSES[cause ?? ""]}, at a score of {score}</small>
    </>
  ),
};
