import { Lazy } from "../../shell/lazy";
import type { ScreenProps } from "../../routes";
import { List } from "./List";

const lazyContact = () => import("./Contact");

/** The list, or the one contact that the URL names. */
export default function Contacts({ workspace, rest: [id] }: ScreenProps) {
  return id ? <Lazy key={id} load={lazyContact} props={{ workspace, id }} /> : <List workspace={workspace} />;
}
