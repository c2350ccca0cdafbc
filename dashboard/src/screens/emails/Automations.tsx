import { together } from "../../data/asking";
import { BASE } from "../../data/location";
import { change } from "../../data/supabase";
import { Action, useDoing } from "../../parts/forms";
import { AsOf, Empty, Failed, Notice, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import type { Workspace } from "../../shell/workspaces";
import { useStages } from "../contacts/data";
import { useSettings } from "../settings/data";
import { AutomationForm } from "./AutomationForm";
import { changedMails, useAutomations, useTemplates, type Automation } from "./data";
import { sentence } from "./sentences";

const named = (rows: { id: string; name: string }[] = []) => new Map(rows.map(({ id, name }) => [id, name]));

export default function Automations({ workspace, rest: [id] }: ScreenProps) {
  const automations = useAutomations(workspace.id);
  const templates = useTemplates(workspace.id);
  const stages = useStages(workspace.id);
  const settings = useSettings(workspace.id);
  const whole = together(automations, together(templates, stages));
  const asked = { ...whole, data: templates.data && stages.data ? whole.data : undefined };
  const base = `${BASE}/w/${workspace.slug}/emails/automations`;
  if (id) {
    return (
      <Panel asked={asked} what="The automation" lines={10}>
        {(all) => {
          const found = all.find((one) => one.id === id);
          if (!found && id !== "new") return <Empty title="There is no such automation." />;
          return <AutomationForm key={id} workspace={workspace} saved={found} templates={templates.data ?? []} stages={stages.data ?? []} />;
        }}
      </Panel>
    );
  }
  const [stageNames, templateNames] = [named(stages.data), named(templates.data)];
  return (
    <section class="card" aria-labelledby="automations">
      <header><h2 id="automations">Automations</h2><AsOf asked={asked} /></header>
      {settings.data && !settings.data.postal_address && (
        <Notice tone="warn" title="No marketing mail goes out yet.">
          <p>It has to carry your postal address: <a href={`${BASE}/w/${workspace.slug}/settings/sending`}>set it</a>.</p>
        </Notice>
      )}
      <Panel
        asked={asked} what="The automations" lines={6} isEmpty={(all) => !all.length}
        empty={<p class="muted">No automations. One sends a template when somebody enters a stage, does something, or falls silent.</p>}
      >
        {(all) => (
          <ul class="rows">
            {all.map((automation) => (
              <li key={automation.id}>
                <div>
                  <a href={`${base}/${automation.id}`}><b>{automation.name}</b></a> <Status status={automation.status} />
                  <br />
                  <small>{sentence(automation, stageNames, templateNames)}</small>
                </div>
                <Switch workspace={workspace} automation={automation} />
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <p class="spaced"><a class="button" href={`${base}/new`}>Make an automation</a></p>
    </section>
  );
}

function Status({ status }: { status: Automation["status"] }) {
  return <span class="chip" data-status={status}>{status}</span>;
}

function Switch({ workspace, automation }: { workspace: Workspace; automation: Automation }) {
  const doing = useDoing();
  const isLive = automation.status === "live";
  const set = () => doing.run(async () => {
    await change("automations", workspace.id, { id: automation.id }, { status: isLive ? "paused" : "live" });
    changedMails(workspace.id);
  });
  return (
    <>
      <Action role={workspace.role} needs="admin" class="small" busy={doing.busy} onClick={() => void set()}>
        {isLive ? "Pause" : "Set live"}<span class="hidden"> {automation.name}</span>
      </Action>
      {doing.failure && <Failed failure={doing.failure} what={automation.name} again={() => void set()} />}
    </>
  );
}
