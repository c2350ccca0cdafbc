import { useState } from "preact/hooks";
import { Field } from "../../parts/forms";
import { asText, listed, meant, readList, type Operator } from "../../parts/values";
import type { Fit } from "./data";

const OPERATORS: [Operator, string][] = [
  ["equals", "is"],
  ["in", "is one of"],
  ["contains", "contains"],
  ["between", "is a number from … to"],
  ["exists", "is known"],
];

export function FitFields({ was }: { was?: Fit | undefined }) {
  const [operator, setOperator] = useState<Operator>(was?.operator ?? "equals");
  const operand = was?.operator === operator ? was.operand : undefined;
  const [low, high] = operator === "between" && Array.isArray(operand) ? (operand as (number | null)[]) : [];
  return (
    <>
      <div class="pair">
        <Field label="Trait" name="trait" required maxLength={255} defaultValue={was?.trait ?? ""} placeholder="companySize" />
        <div class="field">
          <label for="operator">Condition</label>
          <select id="operator" name="operator" value={operator} onChange={({ currentTarget }) => setOperator(currentTarget.value as Operator)}>
            {OPERATORS.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
          </select>
        </div>
      </div>
      {operator === "between" && (
        <div class="pair">
          <Field label="From" name="low" type="number" step="any" defaultValue={`${low ?? ""}`} />
          <Field label="To" name="high" type="number" step="any" defaultValue={`${high ?? ""}`} hint="Either may be empty." />
        </div>
      )}
      {operator === "in" && (
        <Field
          label="Values" name="operand" required defaultValue={Array.isArray(operand) ? operand.map(listed).join(", ") : ""}
          hint="With commas between them; what holds a comma itself in quotes."
        />
      )}
      {(operator === "equals" || operator === "contains") && (
        <Field key={operator} label="Value" name="operand" required defaultValue={operand === undefined ? "" : asText(operand)} />
      )}
      <Field
        label="Points" name="points" type="number" required min={-1000} max={1000} step={0.01} defaultValue={`${was?.points ?? 10}`}
        hint="They don't fade. Less than 0 for whom you don't look for."
      />
    </>
  );
}

const number = (text: string | undefined) => (text ? Number(text) : null);

export function readFit(values: Record<string, string>): Fit {
  const operator = values["operator"] as Operator;
  const typed = values["operand"] ?? "";
  const fit: Fit = { trait: (values["trait"] ?? "").trim(), operator, points: Number(values["points"]) };
  if (operator === "between") fit.operand = [number(values["low"]), number(values["high"])];
  else if (operator === "in") fit.operand = readList(typed);
  else if (operator !== "exists") fit.operand = meant(typed.trim());
  return fit;
}
