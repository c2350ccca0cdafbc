import { useState } from "preact/hooks";
import { Action } from "../../parts/forms";
import { dateTime } from "../../parts/format";
import { Failed, Panel } from "../../parts/states";
import { useVersions, type Rules, type Version } from "./data";
import type { Editing } from "./Rules";
import { differences, type Difference } from "./sentences";

export function Differences({ found }: { found: Difference[] }) {
  if (!found.length) return <p class="muted">Nothing is different.</p>;
  return (
    <ul class="differences">
      {found.map(({ was, now }) => (
        <li key={`${was}${now}`}>
          {was && <del>{was}</del>}
          {now && <ins>{now}</ins>}
        </li>
      ))}
    </ul>
  );
}

/** What was published before. A version can be drafted again, with its preview. */
export function Versions({ editing }: { editing: Editing }) {
  const [isOpen, setOpen] = useState(false);
  const asked = useVersions(editing.workspace.id, isOpen);
  return (
    <details class="card versions" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Versions</summary>
      {isOpen && (
        <Panel
          asked={asked} what="The versions" isEmpty={(versions) => !versions.length}
          empty={<p class="muted">The rules are as the workspace began. Each set that is published will be kept here.</p>}
        >
          {(versions) => (
            <ol>
              {versions.map((version, index) => (
                <li key={version.id}>
                  <Published version={version} before={versions[index + 1]?.rules} isNow={index === 0} editing={editing} />
                </li>
              ))}
            </ol>
          )}
        </Panel>
      )}
    </details>
  );
}

interface Props {
  version: Version;
  before: Rules | undefined;
  isNow: boolean;
  editing: Editing;
}

/** Signals are counted under numbers, which may be others by now. */
const unnumbered = (rules: Rules): Rules => ({
  ...rules,
  signals: rules.signals.map(({ signal: _, ...rest }) => rest),
  stages: rules.stages.map(({ signal: _, ...rest }) => rest),
});

function Published({ version, before, isNow, editing: { workspace, doing, write } }: Props) {
  return (
    <>
      <div class="spread">
        <b>{dateTime(version.decided_at)}{isNow && <small> in force</small>}</b>
        {!isNow && (
          <Action role={workspace.role} needs="admin" class="small" busy={doing.busy} onClick={() => void doing.run(() => write(unnumbered(version.rules)))}>
            Draft these again
          </Action>
        )}
      </div>
      {doing.failure && <Failed failure={doing.failure} what="The version" />}
      {before ? <Differences found={differences(before, version.rules)} /> : <p class="muted">The first that is kept here.</p>}
    </>
  );
}
