import { useState } from "preact/hooks";
import { Field } from "../../parts/forms";
import { asText, meant } from "../../parts/values";
import type { Condition, Definition } from "./data";

/** Which event is meant, and what its properties must contain. */
export function DefinitionFields({ was }: { was?: Partial<Definition> | undefined }) {
  const [pairs, setPairs] = useState<[string, unknown][]>(Object.entries(was?.condition ?? {}));
  return (
    <>
      <Field label="Event" name="event" required maxLength={200} defaultValue={was?.event ?? ""} hint="As your product sends it. Capitals count." />
      {pairs.map(([key, value], index) => (
        <div class="pair" key={index}>
          <Field label={index ? "and property" : "Only where property"} name={`key${index}`} maxLength={255} defaultValue={key} />
          <Field label="is" name={`value${index}`} defaultValue={key || value ? asText(value) : ""} />
        </div>
      ))}
      <p>
        <button type="button" class="bare" onClick={() => setPairs([...pairs, ["", ""]])}>
          {pairs.length ? "And another property" : "Only where a property is …"}
        </button>
      </p>
      <p><label><input type="checkbox" name="trustedOnly" defaultChecked={!!was?.trustedOnly} /> Only what a server says. A browser can claim anything.</label></p>
    </>
  );
}

/** What was typed. What is counted differently gets a number of its own from the database. */
export function readDefinition(values: Record<string, string>, was?: Partial<Definition>): Definition {
  const condition: Condition = {};
  for (let index = 0; `key${index}` in values; index++) {
    const key = values[`key${index}`]?.trim();
    if (key) condition[key] = meant(values[`value${index}`] ?? "");
  }
  const definition: Definition = { event: (values["event"] ?? "").trim(), trustedOnly: values["trustedOnly"] === "on" };
  if (Object.keys(condition).length) definition.condition = condition;
  const counted = ({ event, condition: where, trustedOnly }: Partial<Definition>) => JSON.stringify([event, where, !!trustedOnly]);
  if (was?.signal !== undefined && counted(was) === counted(definition)) definition.signal = was.signal;
  return definition;
}
