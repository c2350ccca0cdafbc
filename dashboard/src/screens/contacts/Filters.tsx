import type { TargetedEvent } from "preact";
import { go, withQuery } from "../../data/location";
import { words } from "../../parts/format";
import type { Stage, Wanted } from "./data";

const SEEN = [
  ["", "Seen at any time"],
  ["1", "Seen in the last day"],
  ["7", "Seen in the last 7 days"],
  ["30", "Seen in the last 30 days"],
  ["-14", "Not seen for 14 days"],
  ["-30", "Not seen for 30 days"],
];

const SCORES = [
  ["", "Any score"],
  ["70-100", "70 to 100"],
  ["40-69", "40 to 69"],
  ["20-39", "20 to 39"],
  ["0-19", "0 to 19"],
];

export function Filters({ wanted, stages }: { wanted: Wanted; stages: Stage[] }) {
  const narrow = (changes: Record<string, string | null>) => go(withQuery({ ...changes, after: null, why: null }));
  const search = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    narrow({ q: new FormData(event.currentTarget).get("q") as string });
  };
  const score = wanted.least || wanted.most ? `${wanted.least || 0}-${wanted.most || 100}` : "";
  const scores = SCORES.some(([value]) => value === score) ? SCORES : [...SCORES, [score, score.replace("-", " to ")]];
  return (
    <search class="filters">
      <form onSubmit={search}>
        <input
          key={wanted.text} type="search" name="q" defaultValue={wanted.text} aria-label="Search contacts"
          placeholder="Name, email or id" enterKeyHint="search" autocomplete="off"
          onSearch={({ currentTarget }) => currentTarget.value === "" && wanted.text && narrow({ q: null })}
        />
      </form>
      <select aria-label="Stage" value={wanted.stage} disabled={!!wanted.text} onChange={({ currentTarget }) => narrow({ stage: currentTarget.value })}>
        <option value="">Every stage</option>
        {stages.map(({ name }) => <option key={name} value={name}>{words(name)}</option>)}
      </select>
      <select
        aria-label="Score" value={score} disabled={!!wanted.text}
        onChange={({ currentTarget }) => {
          const [least = "", most = ""] = currentTarget.value.split("-");
          narrow({ least: least === "0" ? "" : least, most: most === "100" ? "" : most });
        }}
      >
        {scores.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
      <select aria-label="Last seen" value={wanted.seen} disabled={!!wanted.text} onChange={({ currentTarget }) => narrow({ seen: currentTarget.value })}>
        {SEEN.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </search>
  );
}
