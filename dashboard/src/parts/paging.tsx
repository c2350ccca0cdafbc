import { withQuery } from "../data/location";

/** Where a list goes on, in its URL: the values of the place, joined. */
export const writePlace = (next: Record<string, string>) => Object.values(next).join("_");

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;

/** The time and the key that the URL names, as the list's function takes them; what is no such place is the beginning. */
export function readPlace<K extends string>(after: string, at: K, key: string): Record<string, string> | null {
  const [first, ...others] = after.split("_");
  return first && others.length && TIME.test(first) && Date.parse(first) ? { [at]: first, [key]: others.join("_") } : null;
}

export function Paging({ after, next }: { after: string; next: Record<string, string> | null }) {
  if (!after && !next) return null;
  return (
    <nav class="paging" aria-label="Pages">
      {after && <a key="top" class="button" href={withQuery({ after: null, why: null })}>To the top</a>}
      {next && <a key="next" class="button" href={withQuery({ after: writePlace(next), why: null })}>Earlier</a>}
    </nav>
  );
}
