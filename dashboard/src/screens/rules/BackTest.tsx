import { useHere, withQuery } from "../../data/location";
import { Lazy } from "../../shell/lazy";
import type { Workspace } from "../../shell/workspaces";
import type { Draft, Rules } from "./data";

const load = () => import("./Tested");

interface Props {
  workspace: Workspace;
  draft: Draft | null;
  rules: Rules;
}

const MOST = 90;

/** Whom the rules, or the draft, would have named before they paid. It is asked for: ?test=14, so many days before. */
export function BackTest({ workspace, draft, rules }: Props) {
  const days = Math.round(Number(useHere().query.get("test")));
  return (
    <section class="card" aria-labelledby="tried">
      <header><h2 id="tried">Tried on the past</h2></header>
      {days >= 1 && days <= MOST ? (
        <Lazy load={load} props={{ workspace, draft, rules, days }} />
      ) : (
        <>
          <p>Whom would {draft ? "this draft" : "these rules"} have named two weeks before they paid, and how many others?</p>
          <a class="button" href={withQuery({ test: "14" })}>Try {draft ? "the draft" : "them"} on the past</a>
        </>
      )}
    </section>
  );
}
