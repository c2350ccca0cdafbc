import { StageChip } from "../../parts/score";
import { AsOf, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { Count } from "./Count";
import { listOf, useStays, type Span } from "./data";

const UNITS: [number, string][] = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
];

function long(seconds: number): string {
  const [size, unit] = UNITS.find(([length]) => seconds >= length) ?? [1, "second"];
  const count = Math.round((seconds / size) * 10) / 10;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

export function Stays({ workspace, span }: { workspace: Workspace; span: Span }) {
  const asked = useStays(workspace.id, span);
  return (
    <section class="card" aria-labelledby="stays">
      <header>
        <h2 id="stays">How long they stay</h2>
        <AsOf asked={asked} />
      </header>
      <Panel
        asked={asked} what="The times" lines={7} isEmpty={(stays) => stays.every(({ entered }) => !entered)}
        empty={<p class="muted">Nobody entered a stage in these days. How long they stayed will be here.</p>}
      >
        {(stays) => (
          <>
            <table class="figures">
              <thead>
                <tr><th scope="col">Stage</th><th scope="col" class="number">Entered</th><th scope="col">Half had left after</th></tr>
              </thead>
              <tbody>
                {stays.map(({ id, name, entered, halfLeftAfter }) => (
                  <tr key={id}>
                    <th scope="row"><StageChip name={name} /></th>
                    <td class="number"><Count href={listOf(workspace, span, { entered: name })} value={entered} /></td>
                    <td>{halfLeftAfter !== null ? long(halfLeftAfter) : <span class="muted">{entered ? "most are still in it" : "–"}</span>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p><small>Of those who entered in these days; of more than 500 entries, of the last 500.</small></p>
          </>
        )}
      </Panel>
    </section>
  );
}
