import { useState } from "preact/hooks";
import { Failure } from "../../data/failure";
import { Choice, Field, Form, useDoing, useFirstField } from "../../parts/forms";
import { asText, type Operator } from "../../parts/values";
import type { Workspace } from "../../shell/workspaces";
import { useTraitNames, useTraitValues } from "./listing";
import { operandOf, type TraitFilter } from "./query";

/** What an operator is called, and what it is called the other way round. */
const CONDITIONS: [string, string][] = [
  ["equals", "is"],
  ["not equals", "is not"],
  ["in", "is one of"],
  ["not in", "is none of"],
  ["contains", "contains"],
  ["not contains", "does not contain"],
  ["between", "is a number from … to"],
  ["exists", "is known"],
  ["not exists", "is not known"],
];

interface Props {
  workspace: Workspace;
  add: (filter: TraitFilter) => void;
  close: () => void;
}

export function TraitForm({ workspace, add, close }: Props) {
  const names = useTraitNames(workspace.id);
  const [trait, setTrait] = useState("");
  const values = useTraitValues(workspace.id, names.data?.names.includes(trait) ? trait : "");
  const [chosen, choose] = useState("equals");
  const doing = useDoing();
  const operator = chosen.replace("not ", "") as Operator;
  const form = useFirstField<HTMLElement>();
  const submit = async (typed: Record<string, string>) => {
    add(read(trait.trim(), chosen, typed));
    close();
  };
  return (
    <section class="card adding" aria-label="A filter by trait" ref={form}>
      <Form what="The filter" doing={doing} onSubmit={submit}>
        <div class="triple">
          <Field
            label="Trait" name="trait" list="traits" required maxLength={255} autocomplete="off" placeholder="plan" value={trait}
            onInput={({ currentTarget }) => setTrait(currentTarget.value)}
            hint={names.data?.names.length === 0 ? "No contact has any trait yet." : undefined}
          />
          <Choice label="Condition" name="condition" options={CONDITIONS} chosen={chosen} onChange={choose} />
          {operator === "between" && (
            <div class="pair ends">
              <Field label="From" name="low" type="number" step="any" />
              <Field label="To" name="high" type="number" step="any" />
            </div>
          )}
          {operator !== "between" && operator !== "exists" && (
            <Field
              label={operator === "in" ? "Values" : "Value"} name="operand" list="values" required autocomplete="off"
              hint={`${operator === "in" ? "With commas between them. " : ""}50 is a number, and "50" in quotes is text.`}
            />
          )}
        </div>
        <datalist id="traits">{names.data?.names.map((name) => <option key={name} value={name} />)}</datalist>
        <datalist id="values">
          {operator !== "in" && values.data?.map((value) => <option key={asText(value)} value={asText(value)} />)}
        </datalist>
        <div class="row">
          <button class="main" disabled={doing.busy}>Filter</button>
          <button type="button" onClick={close}>Cancel</button>
        </div>
      </Form>
    </section>
  );
}

function read(trait: string, chosen: string, { low = "", high = "", operand = "" }: Record<string, string>): TraitFilter {
  const operator = chosen.replace("not ", "") as Operator;
  const filter = { trait, operator, not: chosen.startsWith("not ") };
  if (operator === "exists") return filter;
  const wanted = operandOf(operator, operator === "between" ? `${low}..${high}` : operand);
  if (wanted === undefined) throw new Failure(operator === "between" ? "It needs a number at one end at least." : "It needs a value.", "", 0, "");
  return { ...filter, operand: wanted };
}
