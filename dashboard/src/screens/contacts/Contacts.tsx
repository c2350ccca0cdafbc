import { useHere } from "../../data/location";
import { Lazy } from "../../shell/lazy";
import type { ScreenProps } from "../../routes";
import { List } from "./List";

const lazyContact = () => import("./Contact");
const lazyPeople = () => import("../stages/People");

/** The list, the people whom a number counts (?from=…), or the one contact that the URL names. */
export default function Contacts({ workspace, rest: [id] }: ScreenProps) {
  const { query } = useHere();
  if (id) return <Lazy key={id} load={lazyContact} props={{ workspace, id }} />;
  return query.has("from") ? <Lazy load={lazyPeople} props={{ workspace }} /> : <List workspace={workspace} />;
}
