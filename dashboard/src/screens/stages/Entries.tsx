import { together } from "../../data/asking";
import { useHere, go, withQuery } from "../../data/location";
import { date, words } from "../../parts/format";
import { AsOf, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { useStages } from "../contacts/data";
import { Chart, type Bar } from "./Chart";
import { Count } from "./Count";
import { dayAfter, daysOf, listOf, useEntries, type Span } from "./data";

/** Who entered a stage, by day. */
export function Entries({ workspace, span }: { workspace: Workspace; span: Span }) {
  const stages = useStages(workspace.id);
  const named = useHere().query.get("stage");
  const stage = stages.data?.find(({ name }) => name === named) ?? stages.data?.find(({ name }) => name === "ready") ?? stages.data?.[0];
  const asked = useEntries(workspace.id, stage?.id, span);
  return (
    <section class="card" aria-labelledby="entries">
      <header>
        <h2 id="entries">Who entered, by day</h2>
        <div class="row">
          <AsOf asked={asked} />
          <select aria-label="Stage" value={stage?.name} onChange={({ currentTarget }) => go(withQuery({ stage: currentTarget.value }))}>
            {stages.data?.map(({ name }) => <option key={name} value={name}>{words(name)}</option>)}
          </select>
        </div>
      </header>
      <Panel
        asked={together(asked, stages)} what="The transitions"
        isEmpty={(found) => !found.length} empty={<p class="muted">Nobody entered {words(stage?.name ?? "it")} in these days.</p>}
      >
        {(found) => <Days workspace={workspace} stage={stage?.name ?? ""} bars={filled(span, found)} />}
      </Panel>
    </section>
  );
}

const filled = (span: Span, found: { day: string; contacts: number }[]): Bar[] =>
  daysOf(span).map((day) => ({ day, count: found.find((one) => one.day === day)?.contacts ?? 0 }));

function Days({ workspace, stage, bars }: { workspace: Workspace; stage: string; bars: Bar[] }) {
  const list = (day: string) => listOf(workspace, { from: day, to: dayAfter(day) }, { entered: stage });
  return (
    <>
      <Chart bars={bars} label={`People who entered ${words(stage)}, by day. The table below has the numbers.`} onPick={(day) => go(list(day))} />
      <details>
        <summary>As a table</summary>
        <table class="figures">
          <thead><tr><th scope="col">Day (UTC)</th><th scope="col" class="number">People</th></tr></thead>
          <tbody>
            {bars.toReversed().map(({ day, count }) => (
              <tr key={day}>
                <th scope="row">{date(day)}</th>
                <td class="number"><Count href={list(day)} value={count} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
