/** A page of a list that was shown; a place in the list is written "<score>_<id>", and "" is its top. */
export interface Turned {
  after: string;
  next: string;
  ids: string[];
}

/** list_contacts() leaves out 2,000, and a last page may need 500 of these itself. */
const MOST_SHOWN = 1500;

/** Of so many lists that were looked at last: a page that is loaded anew begins anew. */
const MOST_LISTS = 10;
const lists = new Map<string, Turned[]>();

/** How many of the pages come before the one that begins there. */
function position(pages: Turned[], after: string): number {
  if (!after) return 0;
  const again = pages.findIndex((page) => page.after === after);
  return again >= 0 ? again : pages.findIndex((page) => page.next === after) + 1;
}

/** The pages of a list before the one that begins there, as many of the last as can be left out. */
export function turned(list: string, after: string): Turned[] {
  const pages = lists.get(list) ?? [];
  let before = pages.slice(0, position(pages, after));
  while (before.reduce((sum, { ids }) => sum + ids.length, 0) > MOST_SHOWN) before = before.slice(1);
  return before;
}

/** Keeps a page that is on the screen. Those behind it stay, for who goes back and forth. */
export function keep(list: string, page: Turned): void {
  const pages = lists.get(list) ?? [];
  const at = position(pages, page.after);
  const rest = pages[at]?.after === page.after ? pages.slice(at + 1) : [];
  lists.delete(list); // to be the last again
  lists.set(list, [...pages.slice(0, at), page, ...rest]);
  for (const old of [...lists.keys()].slice(0, -MOST_LISTS)) lists.delete(old);
}
