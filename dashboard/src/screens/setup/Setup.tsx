import type { ScreenProps } from "../../routes";

export default function Setup({ workspace }: ScreenProps) {
  return <h1>{workspace.name}</h1>;
}
