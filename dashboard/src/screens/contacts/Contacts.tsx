import type { ScreenProps } from "../../routes";

export default function Contacts({ workspace }: ScreenProps) {
  return <h1>{workspace.name}</h1>;
}
