import { useState } from "preact/hooks";
import { words } from "../../parts/format";
import { Choice, Field, Form, useDoing, useFirstField } from "../../parts/forms";
import { Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { useSignals } from "./listing";
import type { SignalFilter } from "./query";

const WHEN: [string, string][] = [
  ["", "at any time"],
  ["days", "in the last … days"],
  ["since", "since a day"],
];

interface Props {
  workspace: Workspace;
  add: (filter: SignalFilter) => void;
  close: () => void;
}

export function SignalForm({ workspace, add, close }: Props) {
  const signals = useSignals(workspace.id, true);
  return (
    <section class="card adding" aria-label="A filter by signal">
      <Panel
        asked={signals} what="The signals" lines={2} isEmpty={(rules) => !rules.signals.length}
        empty={<p class="muted">Your rules count nothing yet. What they count can be asked for here.</p>}
      >
        {(rules) => <Fields names={rules.signals.map(({ name }) => name)} add={add} close={close} />}
      </Panel>
    </section>
  );
}

function Fields({ names, add, close }: { names: string[] } & Omit<Props, "workspace">) {
  const [never, setNever] = useState("");
  const [when, setWhen] = useState("");
  const doing = useDoing();
  const form = useFirstField<HTMLDivElement>();
  const submit = async ({ signal = "", least = "1", days, since }: Record<string, string>) => {
    add({ signal, least: Number(least), not: !!never, ...(days && { days: Number(days) }), ...(since && { since }) });
    close();
  };
  return (
    <div ref={form}>
      <Form what="The filter" doing={doing} onSubmit={submit}>
        <div class="triple">
          <Choice label="Who" name="never" options={[["", "did"], ["never", "did not do"]]} chosen={never} onChange={setNever} />
          <Choice label="Signal" name="signal" options={names.map((name) => [name, words(name)])} />
          {!never && <Field label="Times at least" name="least" type="number" required min={1} max={999} step={1} defaultValue={1} />}
          <Choice label="When" name="when" options={WHEN} chosen={when} onChange={setWhen} />
          {when === "days" && (
            <Field label="Days" name="days" type="number" required min={1} max={3650} step={1} defaultValue={30} hint="UTC days, with today." />
          )}
          {when === "since" && <Field label="Since" name="since" type="date" required hint="That day included, UTC." />}
        </div>
        <div class="row">
          <button class="main" disabled={doing.busy}>Filter</button>
          <button type="button" onClick={close}>Cancel</button>
        </div>
      </Form>
    </div>
  );
}
