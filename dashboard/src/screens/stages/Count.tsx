import { figure } from "../../parts/format";

/** A number that opens the list of those it counts. */
export function Count({ href, value, of }: { href: string; value: number; of?: string }) {
  return <a class="count" href={href} aria-label={of && `${value} ${of}`}>{figure(value)}</a>;
}
