import { useState } from "preact/hooks";
import { Field } from "../../parts/forms";
import type { Stage } from "./data";
import { DefinitionFields, readDefinition } from "./DefinitionFields";

type Way = "score" | "event" | "silenceDays";

const WAYS: [Way, string][] = [
  ["score", "a score"],
  ["event", "an event"],
  ["silenceDays", "silence"],
];

const wayOf = (stage?: Stage): Way => (stage?.event !== undefined ? "event" : stage?.silenceDays !== undefined ? "silenceDays" : "score");

export function StageFields({ was }: { was?: Stage | undefined }) {
  const [way, setWay] = useState<Way>(wayOf(was));
  const isFirst = was?.score === 0;
  return (
    <>
      <Field label="Name" name="name" required maxLength={100} defaultValue={was?.name ?? ""} />
      {!isFirst && (
        <div class="field">
          <label for="way">Reached by</label>
          <select id="way" name="way" value={way} onChange={({ currentTarget }) => setWay(currentTarget.value as Way)}>
            {WAYS.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
          </select>
        </div>
      )}
      {isFirst && <p><small>Everybody begins here, so that everybody has a stage.</small></p>}
      {way === "score" && !isFirst && (
        <Field label="From a score of" name="score" type="number" required min={0} max={100} defaultValue={`${was?.score ?? 50}`} />
      )}
      {way === "silenceDays" && (
        <Field label="Days without an event" name="silenceDays" type="number" required min={1} max={3650} defaultValue={`${was?.silenceDays ?? 14}`} />
      )}
      {way === "event" && <DefinitionFields was={was} />}
    </>
  );
}

/** Automations and the record follow a stage's id through a new name. */
export function readStage(values: Record<string, string>, was?: Stage): Stage {
  const stage = { name: (values["name"] ?? "").trim(), ...(was?.id && { id: was.id }) };
  if (was?.score === 0) return { ...stage, score: 0 };
  if (values["way"] === "event") return { ...stage, ...readDefinition(values, was) };
  const way = values["way"] as "score" | "silenceDays";
  return { ...stage, [way]: Number(values[way]) };
}
