import { atom, useAtom } from "./atom";

/** The URL is the state: what is shown follows from it, and going back goes back. */
const here = atom(location.pathname + location.search);

export const BASE = "/app";

addEventListener("popstate", () => here.set(location.pathname + location.search));

/** A screen, or a page of its list; the rest of an address is what is open on it. */
function pageOf(address: string): string {
  const { pathname, searchParams } = new URL(address, location.origin);
  return `${pathname}?${searchParams.get("after") ?? ""}`;
}

export function go(to: string, { replace = false } = {}): void {
  if (to === here.get()) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  const isSame = pageOf(to) === pageOf(here.get());
  here.set(to);
  if (!isSame) scrollTo(0, 0);
}

/** Plain links within the dashboard change the page without loading it. */
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || link.target || link.download || link.origin !== location.origin) return;
  if (!`${link.pathname}/`.startsWith(`${BASE}/`) || link.hash) return;
  event.preventDefault();
  go(link.pathname + link.search);
});

export interface Here {
  path: string;
  query: URLSearchParams;
}

export function useHere(): Here {
  const [path = "", search = ""] = useAtom(here).replaceAll("%00", "").split("?");
  return { path, query: new URLSearchParams(search) };
}

/** The present URL with some parameters set, or dropped where the value is empty. */
export function withQuery(changes: Record<string, string | null>): string {
  const [path = "", search = ""] = here.get().split("?");
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
