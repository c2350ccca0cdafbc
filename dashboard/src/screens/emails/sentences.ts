import { words } from "../../parts/format";
import type { Automation } from "./data";

type Names = Map<string, string>;

/** "3 days" of minutes. */
export function span(minutes: number): string {
  const [size, unit] = minutes % 1440 === 0 ? [1440, "day"] : minutes % 60 === 0 ? [60, "hour"] : [1, "minute"];
  const number = minutes / size;
  return `${number} ${unit}${number === 1 ? "" : "s"}`;
}

function trigger(automation: Automation, stages: Names): string {
  if (automation.event) return `when they do ${automation.event}`;
  if (automation.silence_days) return `after ${span(automation.silence_days * 1440)} without an event`;
  return `when they enter ${words(stages.get(automation.entering_stage_id ?? "") ?? "a stage that is gone")}`;
}

/** When an automation sends what, as a person would say it. */
export function sentence(automation: Automation, stages: Names, templates: Names): string {
  const { delay_minutes: delay, goal_stage_id: goal, condition } = automation;
  return [
    `Sends “${templates.get(automation.template_id) ?? "…"}”`,
    delay ? `${span(delay)} later,` : "",
    trigger(automation, stages),
    condition ? `with ${Object.entries(condition).map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(" and ")}` : "",
    automation.trusted_only ? "as a trusted sender says" : "",
    automation.repeats ? "each time" : "",
    goal ? `unless they are in ${words(stages.get(goal) ?? "…")} by then` : "",
  ].filter(Boolean).join(" ") + ".";
}
