import { useHere } from "../../data/location";
import { Lazy, preload } from "../../shell/lazy";
import type { ScreenProps } from "../../routes";

const list = () => import("./List");
const contact = () => import("./Contact");
const people = () => import("../stages/People");

/** The list, the people whom a number counts (?from=…), or the one contact that the URL names: each a chunk of its own. */
export function Contacts({ workspace, rest: [id] }: ScreenProps) {
  const { query } = useHere();
  if (id) return <Lazy key={id} load={contact} props={{ workspace, id }} />;
  return <Lazy load={query.has("from") ? people : list} props={{ workspace }} />;
}

/** Part of the first load, so that the chunk which the address names comes at once, and not behind this one. */
export async function loadContacts() {
  const { pathname, search } = location;
  const [, id] = pathname.split("/contacts/");
  await preload<never>(id ? contact : new URLSearchParams(search).has("from") ? people : list);
  return { default: Contacts };
}
