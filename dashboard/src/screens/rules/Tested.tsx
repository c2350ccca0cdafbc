import { useState } from "preact/hooks";
import { useAsk } from "../../data/asking";
import { BASE, go, useHere, withQuery } from "../../data/location";
import { callIn } from "../../data/supabase";
import { date, words } from "../../parts/format";
import { Score, StageChip } from "../../parts/score";
import { AsOf, Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import type { ContactRow } from "../contacts/data";
import type { Draft, Rules } from "./data";
import { sentence } from "./sentences";

interface Payer extends Omit<ContactRow, "stage"> {
  paidAt: string;
  /** The day that score and stage are of. */
  on: string;
  stage: string | null;
  isNamed: boolean;
}

interface Tested {
  status: "tested";
  days: number;
  stages: { id: string; name: string }[];
  stage: { id: string; name: string };
  namedFrom: { name: string; score: number };
  payers: Payer[];
  named: number;
  tooNew: number;
  isCut: boolean;
  others: { contacts: number; named: number };
}

type Answer = Tested | { status: "counting" | "no_stage" | "no_score" };

interface Props {
  workspace: Workspace;
  draft: Draft | null;
  rules: Rules;
  days: number;
}

const SPANS = [7, 14, 30];
const SHOWN = 10;
const SOON = 1000;

export default function TestedRules({ workspace, draft, rules, days }: Props) {
  const stage = useHere().query.get("paid");
  const of = draft ? `${draft.id}/${draft.changed_at}` : "force";
  const asked = useAsk(
    `${workspace.id}/rules/test/${of}/${days}/${stage}`,
    () => callIn<Answer>("back_test", workspace.id, {
      p_days: days, ...(draft && { p_draft: draft.id }), ...(stage && { p_stage: stage }),
    }),
    { until: ({ status }) => status !== "counting", every: SOON },
  );
  const tested = asked.data?.status === "tested" ? asked.data : undefined;
  return (
    <>
      <div class="row tries">
        <label>
          Days before they paid{" "}
          <select value={`${days}`} onChange={({ currentTarget }) => go(withQuery({ test: currentTarget.value }))}>
            {[...new Set([...SPANS, days])].map((span) => <option key={span} value={`${span}`}>{span}</option>)}
          </select>
        </label>
        {tested && tested.stages.length > 1 && (
          <label>
            Who pays becomes{" "}
            <select value={tested.stage.id} onChange={({ currentTarget }) => go(withQuery({ paid: currentTarget.value }))}>
              {tested.stages.map(({ id, name }) => <option key={id} value={id}>{words(name)}</option>)}
            </select>
          </label>
        )}
        <AsOf asked={asked} />
      </div>
      <Panel asked={asked} what="The trial">
        {(answer) => answer.status === "tested" ? <Found workspace={workspace} tested={answer} rules={rules} /> : <p role="status">{UNTESTED[answer.status]}</p>}
      </Panel>
    </>
  );
}

const UNTESTED = {
  counting: "What is new in the draft is being counted, back through all events. Then it can be tried …",
  no_stage: "Nobody can be said to have paid: the rules have no stage, before the first of silence, that an event leads to. Add one, such as customer, reached when your subscriptions start.",
  no_score: "Nobody can be named: the rules have no stage that is reached by a score above 0.",
};

const share = (some: number, all: number) => `${Math.round((some / all) * 100)} %`;
const before = (days: number) => (days === 14 ? "two weeks" : days === 7 ? "a week" : `${days} days`);

function Found({ workspace, tested, rules }: { workspace: Workspace; tested: Tested; rules: Rules }) {
  const { payers, named, others, tooNew, days, isCut, namedFrom } = tested;
  const entry = rules.stages.find(({ id, name }) => id === tested.stage.id || name === tested.stage.name);
  const paying = `became ${words(tested.stage.name)}`;
  if (!payers.length && !tooNew) {
    return (
      <p>
        Nobody {paying} for the first time in the last 90 days. Once somebody has{entry && ` (${sentence("stages", entry)[1]})`},
        imported history included, this says whom the rules would have named before.
      </p>
    );
  }
  return (
    <>
      {payers.length > 0 && (
        <p class="verdict">
          Of <b>{payers.length}</b> who paid, these rules would have named <b>{named} ({share(named, payers.length)})</b>{" "}
          {before(days)} before
          {others.contacts > 0
            ? <>; of {others.contacts} others who hadn’t, <b>{others.named} ({share(others.named, others.contacts)})</b>.</>
            : ". Nobody else was known then to compare them with."}
        </p>
      )}
      {payers.length > 0 && others.contacts > 0 && (
        <div class="compared" aria-hidden="true">
          <span>Who paid</span><Bar value={named / payers.length} />
          <span>Others</span><Bar value={others.named / others.contacts} other />
        </div>
      )}
      {tooNew > 0 && <p>{tooNew} came less than {days} days before they paid: too late to be named by then.</p>}
      <p>
        <small>
          Named is who had a score of {namedFrom.score} or more, which is {words(namedFrom.name)}. Paid has who {paying} for the first
          time in the last 90 days{isCut && `; these are ${payers.length + tooNew} of them`}. The others are up
          to as many people who were known on the same days and haven’t paid until now, chosen by their ids.
        </small>
      </p>
      {payers.length > 0 && <Payers workspace={workspace} payers={payers} />}
    </>
  );
}

function Bar({ value, other = false }: { value: number; other?: boolean }) {
  return (
    <svg class={other ? "step other" : "step"} viewBox="0 0 100 6" preserveAspectRatio="none">
      <rect class="track" width="100" height="6" />
      <rect class="fill" width={value * 100} height="6" />
    </svg>
  );
}

function Payers({ workspace, payers }: { workspace: Workspace; payers: Payer[] }) {
  const [isWhole, show] = useState(false);
  return (
    <>
      <ul class="payers" aria-label="Who paid, the latest first">
        {(isWhole ? payers : payers.slice(0, SHOWN)).map(({ id, name, email, identity, score, stage, on, paidAt, isNamed }) => (
          <li key={id}>
            <a href={`${BASE}/w/${workspace.slug}/contacts/${id}`}>{name ?? email ?? identity.value}</a>
            <span class="row then" title={`On ${date(on)} (UTC)`}><Score value={score} /> <StageChip name={stage} /></span>
            <b class={isNamed ? "named" : "missed"}>{isNamed ? "named" : "not named"}</b>
            <small>paid {date(paidAt)}</small>
          </li>
        ))}
      </ul>
      {!isWhole && payers.length > SHOWN && <button type="button" onClick={() => show(true)}>Show all {payers.length}</button>}
    </>
  );
}
