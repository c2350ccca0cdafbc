import { StageChip } from "../../parts/score";
import { AsOf, Empty, Panel } from "../../parts/states";
import { BASE } from "../../data/location";
import type { Workspace } from "../../shell/workspaces";
import { listOf, useFunnel, type Funnel, type Span } from "./data";
import { Count } from "./Count";

interface Props {
  workspace: Workspace;
  span: Span;
}

export function FunnelCard({ workspace, span }: Props) {
  const asked = useFunnel(workspace.id, span);
  return (
    <section class="card" aria-labelledby="funnel">
      <header>
        <h2 id="funnel">How far they get</h2>
        <AsOf asked={asked} />
      </header>
      <Panel asked={asked} what="The funnel" lines={7} isEmpty={({ contacts }) => !contacts} empty={<Nobody workspace={workspace} />}>
        {(funnel) => <Table workspace={workspace} span={span} funnel={funnel} />}
      </Panel>
    </section>
  );
}

function Nobody({ workspace }: { workspace: Workspace }) {
  return (
    <Empty title="Nobody new in these days.">
      <p>Here you will see how far those get whom your product has named since then. <a href={`${BASE}/w/${workspace.slug}/setup`}>See what comes in</a></p>
    </Empty>
  );
}

const share = (part: number, whole: number) => `${Math.round((part / whole) * 100)} %`;

function Table({ workspace, span, funnel: { contacts, stages } }: Props & { funnel: Funnel }) {
  return (
    <>
      <p>
        <Count href={listOf(workspace, span)} value={contacts} /> {contacts === 1 ? "contact was" : "contacts were"} first known in these days.
      </p>
      <div class="scrolled" tabIndex={0} role="group" aria-label="The funnel">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Stage</th><th scope="col" class="number">Got as far</th><th scope="col" class="number">Of all</th>
              <th scope="col" class="wide"><span class="hidden">As a bar</span></th><th scope="col" class="number">In it now</th>
            </tr>
          </thead>
          <tbody>
            {stages.map(({ id, name, isStep, reached, now }) => (
              <tr key={id} class={isStep ? "" : "aside"}>
                <th scope="row"><StageChip name={name} /></th>
                <td class="number"><Count href={listOf(workspace, span, { reached: name })} value={reached} /></td>
                <td class="number muted">{share(reached, contacts)}</td>
                <td class="wide">
                  <svg class={isStep ? "step" : "step other"} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="track" width="100" height="10" /><rect class="fill" width={(reached / contacts) * 100} height="10" />
                  </svg>
                </td>
                <td class="number"><Count href={listOf(workspace, span, { in: name })} value={now} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p><small>Who reached a later step has got as far as all before it. Stages of silence, and what follows them, are no steps: there it counts who has been in it.</small></p>
    </>
  );
}
