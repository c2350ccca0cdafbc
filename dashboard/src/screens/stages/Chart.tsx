import { date, figure } from "../../parts/format";

export interface Bar {
  /** As 2026-11-26. */
  day: string;
  count: number;
}

const WIDTH = 720;
const HEIGHT = 150;
const GAP = 0.2;

/** Room for the highest bar, as a number people count by. */
function ceiling(most: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [1, 2, 5, 10].map((step) => step * size).find((top) => top >= most) ?? most;
}

/** A bar a day. It has a table as its twin, so that no number needs a mouse. */
export function Chart({ bars, label, onPick }: { bars: Bar[]; label: string; onPick: (day: string) => void }) {
  const top = ceiling(Math.max(...bars.map(({ count }) => count)));
  const step = WIDTH / bars.length;
  const ends = [bars[0], bars.at(-1)];
  return (
    <figure class="chart">
      <span class="ceiling number" aria-hidden="true">{figure(top)}</span>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {[0, 0.5, 1].map((part) => <line key={part} x1="0" x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} />)}
        {bars.map(({ day, count }, index) => (
          <g key={day} onClick={() => count && onPick(day)}>
            <title>{`${date(day)}: ${count}`}</title>
            <rect class="ground" x={index * step} width={step} height={HEIGHT} />
            <rect x={(index + GAP / 2) * step} width={step * (1 - GAP)} y={HEIGHT * (1 - count / top)} height={(HEIGHT * count) / top} />
          </g>
        ))}
      </svg>
      <figcaption aria-hidden="true">
        {ends.map((bar) => bar && <span>{date(bar.day)}</span>)}
      </figcaption>
    </figure>
  );
}
