import type { ScreenProps } from "../../routes";
import { Deletion } from "./Deletion";
import { Exports } from "./Exports";

export default function Leaving({ workspace }: ScreenProps) {
  return (
    <div class="stack">
      <Exports workspace={workspace} />
      <Deletion workspace={workspace} />
    </div>
  );
}
