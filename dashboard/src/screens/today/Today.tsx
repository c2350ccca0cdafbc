import { useMemo } from "preact/hooks";
import { BASE } from "../../data/location";
import { ago } from "../../parts/format";
import { AsOf, Empty, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import { Changes } from "./Changes";
import { lastVisit, usePeople } from "./data";
import { People } from "./People";
import { Troubles } from "./Troubles";

/** Two minutes a day: what is broken, whom to write to, what has changed. */
export default function Today({ workspace }: ScreenProps) {
  const { since, isFirst } = useMemo(() => lastVisit(workspace.id), [workspace.id]);
  const people = usePeople(workspace.id);
  return (
    <>
      <div class="head">
        <h1>Today</h1>
        <AsOf asked={people} />
      </div>
      <div class="stack">
        <Troubles workspace={workspace} />
        <div class="columns">
          <section class="card" aria-labelledby="people">
            <header><h2 id="people">Write to them next</h2></header>
            <Panel asked={people} what="Whom to write to" lines={10} isEmpty={(found) => !found.length} empty={<Nobody base={`${BASE}/w/${workspace.slug}`} />}>
              {(found) => <People workspace={workspace} people={found} />}
            </Panel>
          </section>
          <section class="card" aria-labelledby="changes">
            <header>
              <h2 id="changes">{isFirst ? "In the last 7 days" : "Since your last visit"}</h2>
              {!isFirst && <small>{ago(since)}</small>}
            </header>
            <Changes workspace={workspace} since={since} />
          </section>
        </div>
      </div>
    </>
  );
}

function Nobody({ base }: { base: string }) {
  return (
    <Empty title="Nobody to write to yet.">
      <p>
        Here you will find the ten people most likely to convert, with the reasons: a score high enough for a stage, seen in
        the last 14 days, an address, and no wish to be left alone.
      </p>
      <p><a href={`${base}/setup`}>See what comes in</a> or <a href={`${base}/rules`}>change the rules</a></p>
    </Empty>
  );
}
