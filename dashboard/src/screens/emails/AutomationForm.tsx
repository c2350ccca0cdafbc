import { useState } from "preact/hooks";
import { Failure } from "../../data/failure";
import { BASE, go } from "../../data/location";
import { add, change, differing, remove } from "../../data/supabase";
import { words } from "../../parts/format";
import { Action, Check, Choice, Confirm, Editable, Field, Form, Lines, useDoing } from "../../parts/forms";
import type { Workspace } from "../../shell/workspaces";
import type { Stage } from "../contacts/data";
import { changedMails, type Automation, type Template } from "./data";

type Kind = "stage" | "event" | "silence";

const KINDS: [Kind, string][] = [
  ["stage", "they enter a stage"],
  ["event", "they do something"],
  ["silence", "they fall silent"],
];
const STATUSES: [Automation["status"], string][] = [
  ["draft", "Draft: mails nobody"],
  ["live", "Live: mails from now on"],
  ["paused", "Paused: mails nobody, and what waits is skipped"],
];
const UNITS: [string, string][] = [["1", "minutes"], ["60", "hours"], ["1440", "days"]];

const MEANINGS = {
  automations_name_key: "There is an automation of this name already.",
  automations_name_length: "A name has 1 to 100 characters.",
  automations_delay_range: "A mail waits for 90 days at most.",
  automations_silence_range: "Silence is counted in 1 to 3,650 days.",
};

function parseCondition(text: string): Record<string, unknown> | null {
  if (!text.trim()) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (typeof value === "object" && value && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Failure('Properties are written as {"plan": "team"}.', "condition_invalid", 0, "");
}

/** The row that a form's values mean; of the three triggers one is set. */
function rowOf(kind: Kind, values: Record<string, string>) {
  return {
    name: (values.name ?? "").trim(),
    template_id: values.template,
    status: values.status,
    entering_stage_id: kind === "stage" ? values.stage : null,
    event: kind === "event" ? values.event : null,
    condition: kind === "event" ? parseCondition(values.condition ?? "") : null,
    trusted_only: kind === "event" && values.trusted === "on",
    silence_days: kind === "silence" ? Number(values.silence) : null,
    delay_minutes: Math.round(Number(values.delay) * Number(values.unit)),
    repeats: values.repeats === "on",
    while_true: values.stays === "on",
    goal_stage_id: values.goal || null,
  };
}

interface Props {
  workspace: Workspace;
  saved: Automation | undefined;
  templates: Template[];
  stages: Stage[];
}

export function AutomationForm({ workspace, saved, templates, stages }: Props) {
  const [kind, setKind] = useState<Kind>(saved?.event ? "event" : saved?.silence_days ? "silence" : "stage");
  const doing = useDoing();
  const base = `${BASE}/w/${workspace.slug}/emails/automations`;
  const delay = saved?.delay_minutes ?? 0;
  const unit = delay && delay % 1440 === 0 ? 1440 : delay && delay % 60 === 0 ? 60 : 1;
  const options = stages.map(({ id, name }): [string, string] => [id, words(name)]);
  const save = async (values: Record<string, string>) => {
    const row = rowOf(kind, values);
    const changes = saved && differing(row, saved);
    if (changes && Object.keys(changes).length) await change("automations", workspace.id, { id: saved.id }, changes, MEANINGS);
    if (!saved) await add("automations", workspace.id, row, MEANINGS);
    changedMails(workspace.id);
    go(base);
  };
  const drop = async () => {
    await remove("automations", workspace.id, { id: saved?.id ?? "" });
    changedMails(workspace.id);
    go(base, { replace: true });
  };
  return (
    <section class="card" aria-labelledby="automation">
      <header><h2 id="automation">{saved ? saved.name : "A new automation"}</h2><a href={base}>All automations</a></header>
      <Form what="The automation" doing={doing} onSubmit={save}>
        <Editable role={workspace.role} needs="admin">
          <Field label="Name" name="name" required maxLength={100} defaultValue={saved?.name} />
          <Choice label="Template" name="template" options={templates.map(({ id, name }) => [id, name])} chosen={saved?.template_id} />
          <div class="pair">
            <Choice label="When" name="kind" options={KINDS} chosen={kind} onChange={(value) => setKind(value as Kind)} />
            {kind === "stage" && <Choice label="Stage" name="stage" options={options} chosen={saved?.entering_stage_id ?? undefined} />}
            {kind === "event" && <Field label="Event" name="event" required maxLength={200} placeholder="Trial Ending" defaultValue={saved?.event ?? ""} />}
            {kind === "silence" && <Field label="Days without an event" name="silence" type="number" required min={1} max={3650} defaultValue={saved?.silence_days ?? 14} />}
          </div>
          {kind === "event" && (
            <>
              <Lines
                label="Only with these properties" name="condition" rows={2} class="source" defaultValue={saved?.condition ? JSON.stringify(saved.condition) : ""}
                hint={<>As <code>{'{"plan": "team"}'}</code>; empty for any.</>}
              />
              <Check label="Only if a trusted sender says so: a secret key, or a userHash" name="trusted" defaultChecked={saved?.trusted_only ?? false} />
            </>
          )}
          <div class="pair">
            <Field label="Wait" name="delay" type="number" required min={0} defaultValue={delay / unit} />
            <Choice label="Unit" name="unit" options={UNITS} chosen={`${unit}`} />
          </div>
          {kind !== "event" && <Check label="Only if it still holds when the mail goes" name="stays" defaultChecked={saved?.while_true ?? true} />}
          <Check
            label="Each time" name="repeats" defaultChecked={saved?.repeats ?? false}
            hint="Otherwise once ever per contact. Coming back to a stage within 7 days is no new entry."
          />
          <Choice
            label="Not if they have reached" name="goal" options={[["", "– whatever they reached –"], ...options]} chosen={saved?.goal_stage_id ?? ""}
          />
          <Choice label="Status" name="status" options={STATUSES} chosen={saved?.status ?? "draft"} />
        </Editable>
        <div class="row">
          <Action role={workspace.role} needs="admin" type="submit" class="main" busy={doing.busy}>Save</Action>
          {saved && (
            <Confirm title="Delete" question={`Delete ${saved.name}?`} does="Delete it" what="The automation" role={workspace.role} needs="admin" class="bad" act={drop}>
              <p>What it has queued is skipped. What was sent stays in the log.</p>
            </Confirm>
          )}
        </div>
      </Form>
    </section>
  );
}
