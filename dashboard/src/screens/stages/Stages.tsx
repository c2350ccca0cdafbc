import { go, useHere, withQuery } from "../../data/location";
import type { ScreenProps } from "../../routes";
import { lastDays } from "./data";
import { Entries } from "./Entries";
import { FunnelCard } from "./FunnelCard";
import { Stays } from "./Stays";

const SPANS = [7, 30, 90];

/** How far people get, how long it takes and when. Every number opens the list of those it counts. */
export default function Stages({ workspace }: ScreenProps) {
  const { query } = useHere();
  const asked = Number(query.get("days"));
  const days = SPANS.includes(asked) ? asked : 30;
  const span = lastDays(days);
  return (
    <>
      <div class="head">
        <h1>Stages</h1>
        <select aria-label="Period" value={`${days}`} onChange={({ currentTarget }) => go(withQuery({ days: currentTarget.value }))}>
          {SPANS.map((count) => <option key={count} value={`${count}`}>The last {count} days</option>)}
        </select>
      </div>
      <div class="stack">
        <FunnelCard workspace={workspace} span={span} />
        <Entries workspace={workspace} span={span} />
        <Stays workspace={workspace} span={span} />
      </div>
    </>
  );
}
