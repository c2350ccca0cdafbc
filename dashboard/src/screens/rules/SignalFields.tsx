import { Field } from "../../parts/forms";
import type { Signal } from "./data";
import { DefinitionFields, readDefinition } from "./DefinitionFields";

export function SignalFields({ was }: { was?: Signal | undefined }) {
  return (
    <>
      <Field label="Name" name="name" required maxLength={100} defaultValue={was?.name ?? ""} hint="What the reasons of a score call it." />
      <DefinitionFields was={was} />
      <div class="pair">
        <Field
          label="Points each time" name="points" type="number" required min={-1000} max={1000} step={0.01} defaultValue={`${was?.points ?? 5}`}
          hint="Less than 0 for what speaks against them."
        />
        <Field
          label="At most" name="cap" type="number" required min={0.01} max={1000} step={0.01} defaultValue={`${was?.cap ?? 30}`}
          hint="So that no signal makes a score alone."
        />
      </div>
    </>
  );
}

export const readSignal = (values: Record<string, string>, was?: Signal): Signal => ({
  ...readDefinition(values, was),
  name: (values["name"] ?? "").trim(),
  points: Number(values["points"]),
  cap: Number(values["cap"]),
});
