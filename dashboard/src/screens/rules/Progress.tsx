import { useEffect, useRef } from "preact/hooks";
import { changed } from "../../data/asking";
import { ago, figure } from "../../parts/format";
import { Failed } from "../../parts/states";
import { may, type Workspace } from "../../shell/workspaces";
import { useRescore } from "./data";
import { people } from "./sentences";

const RECENT = 10 * 60_000;

/** How far everybody is scored by new rules, and for some minutes that they all are. */
export function Progress({ workspace }: { workspace: Workspace }) {
  const asked = useRescore(workspace.id, may(workspace.role, "admin"));
  const wasRunning = useRef(false);
  const isRunning = !!asked.data && !asked.data.finished_at;
  useEffect(() => {
    if (wasRunning.current && !isRunning) changed(`${workspace.id}/contacts`);
    wasRunning.current = isRunning;
  }, [isRunning, workspace.id]);
  if (asked.failure) return <Failed failure={asked.failure} what="How far the scoring is" again={asked.again} />;
  if (!asked.data) return null;
  const { done, total, finished_at: finished } = asked.data;
  if (finished) {
    if (Date.now() - Date.parse(finished) > RECENT) return null;
    return <p class="strip good" role="status">Published: {people(done)} scored by the new rules, {ago(finished)}.</p>;
  }
  return (
    <div class="strip warn" role="status">
      <p>The new rules are in force. Scoring everybody by them: {figure(done)}{total !== null && ` of ${figure(total)}`} …</p>
      <progress aria-label="Scoring everybody" max={total ?? undefined} value={total === null ? undefined : done} />
    </div>
  );
}
