export interface Change {
  trait: string;
  /** Neither has a trait that was not, or is no longer, there. */
  from?: unknown;
  to?: unknown;
  /** What held before is too far back to be looked for. */
  unseen?: boolean;
}

/** What a browser claimed though a server had said otherwise. */
export interface Claim {
  trait: string;
  claimed: unknown;
  kept?: unknown;
}

type Members = Record<string, unknown>;
const isObject = (value: unknown): value is Members => typeof value === "object" && value !== null && !Array.isArray(value);
const LONGEST = 80;

function text(value: unknown): string {
  const whole = typeof value === "string" ? value : isObject(value) ? named(value) : JSON.stringify(value);
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST)} …` : whole;
}

/** A company, say, goes by its name. */
const named = (value: Members) => (typeof value["name"] === "string" ? value["name"] : typeof value["id"] === "string" ? value["id"] : JSON.stringify(value));

/** What changed inside an object is said member by member, as long as it is the same company. */
function inDetail({ trait, from, to, unseen }: Change): Change[] {
  if (!isObject(from) || !isObject(to) || from["id"] !== to["id"]) return [{ trait, from, to, ...(unseen && { unseen }) }];
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return keys
    .filter((key) => JSON.stringify(from[key]) !== JSON.stringify(to[key]))
    .map((key) => ({ trait: `${trait} ${key}`, from: from[key], to: to[key] }));
}

function Said({ change: { trait, from, to, unseen } }: { change: Change }) {
  if (to == null) return <><b>{trait} removed</b>{from != null && <small> was {text(from)}</small>}</>;
  if (from != null) return <><b>{trait}</b>: <span class="was">{text(from)}</span> → {text(to)}</>;
  return <><b>{trait} set</b>: {text(to)}{unseen && <small> what it was before is too long ago to be looked up</small>}</>;
}

/** What an event changed of who somebody is; quietly, when that was nothing. */
export function Changes({ type, changes, outranked }: { type: string; changes: Change[]; outranked: Claim[] }) {
  const details = changes.flatMap(inDetail);
  if (!details.length && !outranked.length) {
    return <span class="muted">{type === "group" ? "Company named again" : "Identified again"}, nothing new</span>;
  }
  return (
    <ul class="altered">
      {details.map((change) => <li key={change.trait}><Said change={change} /></li>)}
      {outranked.map(({ trait, claimed, kept }) => (
        <li key={`${trait} claimed`} class="muted">
          {trait}: {claimed === null ? "removal" : text(claimed)} claimed, not taken; your server {kept == null ? "removed it" : `said ${text(kept)}`}
        </li>
      ))}
    </ul>
  );
}
