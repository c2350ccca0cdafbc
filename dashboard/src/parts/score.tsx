import type { Part, Why } from "../screens/contacts/data";
import { date, words } from "./format";

export function Score({ value }: { value: number }) {
  return (
    <span class="score">
      <b>{value}</b>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="100" height="6" />
        <rect class="fill" width={value} height="6" />
      </svg>
    </span>
  );
}

export function StageChip({ name }: { name: string | null }) {
  return name ? <span class="chip" data-stage={name}>{words(name)}</span> : <span class="muted">–</span>;
}

const label = ({ signal, count, trait }: Part) => (signal ? `${signal}${count && count > 1 ? ` × ${count}` : ""}` : trait);

const points = (value: number) => value.toFixed(2).replace("-", "−");

/** What a score is made of. The lines add up to the sum to the cent; the score is that, rounded and kept within 0 to 100. */
export function Breakdown({ why }: { why: Why }) {
  const sum = why.breakdown.reduce((cents, part) => cents + Math.round(part.points * 100), 0) / 100;
  const most = Math.max(...why.breakdown.map((part) => Math.abs(part.points)), 1);
  if (!why.breakdown.length) {
    return <p class="muted">Nothing they did or are counts in the rules, or it has decayed: the score is {why.score}.</p>;
  }
  return (
    <table class="breakdown">
      <caption class="hidden">What the score of {why.score} is made of</caption>
      <thead>
        <tr><th scope="col">Signal or trait</th><th scope="col">Last on</th><th scope="col" class="number">Points</th></tr>
      </thead>
      <tbody>
        {why.breakdown.map((part) => (
          <tr key={JSON.stringify(part)}>
            <th scope="row">
              {label(part)}
              <svg class={part.points < 0 ? "bar less" : "bar"} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                <rect width={(Math.abs(part.points) / most) * 100} height="4" />
              </svg>
            </th>
            <td>{part.lastOn ? date(part.lastOn) : `trait, ${part.operator}`}</td>
            <td class="number">{points(part.points)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Sum{sum !== why.score && <small> → score {why.score}{sum > 100 || sum < 0 ? ", which ends at 0 and 100" : ", rounded"}</small>}</th>
          <td />
          <td class="number">{points(sum)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
