import { useAsk } from "../../data/asking";
import { BASE } from "../../data/location";
import { callIn } from "../../data/supabase";
import { AsOf, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import type { Workspace } from "../../shell/workspaces";
import { Debugger } from "./Debugger";
import { Tag } from "./Tag";

interface Progress {
  publishableKey: boolean;
  secretKey: boolean;
  identitySecret: boolean;
  event: boolean;
  user: boolean;
  scored: boolean;
  postalAddress: boolean;
}

const STEPS: [keyof Progress, string, string][] = [
  ["publishableKey", "Make the tag", "A publishable key of your own is in it."],
  ["event", "Put it in your product", "The first event appears below within seconds."],
  ["user", "Say who signs in", "conversioncrm.identify(userId, traits) turns visitors into contacts."],
  ["scored", "See the first score", "Rules give points for events; you can change them at any time."],
];

const SOON = 2000;

const isThrough = (progress: Progress) => STEPS.every(([step]) => progress[step]);

export default function Setup({ workspace }: ScreenProps) {
  const key = `${workspace.id}/setup`;
  const progress = useAsk(key, () => callIn<Progress>("setup_progress", workspace.id), { every: SOON, until: isThrough });
  const isDone = !!progress.data && isThrough(progress.data);
  return (
    <>
      <div class="head">
        <h1>Setup</h1>
        <AsOf asked={progress} />
      </div>
      <div class="stack">
        <section class="card" aria-labelledby="steps">
          <header><h2 id="steps">{isDone ? "It works" : "Four steps"}</h2></header>
          <Panel asked={progress} what="The checklist">
            {(done) => <Steps workspace={workspace} done={done} isDone={isDone} />}
          </Panel>
        </section>
        <Tag workspace={workspace} onMade={progress.again} />
        <Debugger workspace={workspace} every={isDone ? 3000 : SOON / 2} />
      </div>
    </>
  );
}

function Steps({ workspace, done, isDone }: { workspace: Workspace; done: Progress; isDone: boolean }) {
  return (
    <>
      <ol class="steps">
        {STEPS.map(([step, title, detail]) => (
          <li key={step} class={done[step] ? "done" : ""}>
            <span class="tick" aria-hidden="true">{done[step] ? "✓" : ""}</span>
            <div>
              <b>{title}</b>{done[step] && <span class="hidden"> (done)</span>}
              <small>{detail}</small>
            </div>
          </li>
        ))}
      </ol>
      {isDone && <p><a class="button main" href={`${BASE}/w/${workspace.slug}/contacts`}>See your contacts</a></p>}
    </>
  );
}
