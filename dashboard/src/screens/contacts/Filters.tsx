import type { ComponentChildren, TargetedEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import { go, useHere, withQuery } from "../../data/location";
import { words } from "../../parts/format";
import { condition } from "../../parts/values";
import type { Workspace } from "../../shell/workspaces";
import type { Stage } from "./data";
import type { Wanted } from "./listing";
import { MOST, writeFilters, type Filters as Narrowing, type SignalFilter } from "./query";
import { SignalForm } from "./SignalForm";
import { TraitForm } from "./TraitForm";

const SEEN = [
  ["", "Seen at any time"],
  ["1", "Seen in the last day"],
  ["7", "Seen in the last 7 days"],
  ["30", "Seen in the last 30 days"],
  ["-14", "Not seen for 14 days"],
  ["-30", "Not seen for 30 days"],
];

const SCORES = [
  ["", "Any score"],
  ["70-100", "70 to 100"],
  ["40-69", "40 to 69"],
  ["20-39", "20 to 39"],
  ["0-19", "0 to 19"],
];

interface Props {
  workspace: Workspace;
  wanted: Wanted;
  stages: Stage[];
  /** What can be done with the filters as a whole. */
  children: ComponentChildren;
}

export function Filters({ workspace, wanted, stages, children }: Props) {
  const { path } = useHere();
  const narrow = (changes: Partial<Narrowing>) => {
    const query = writeFilters({ ...wanted, ...changes });
    go(query ? `${path}?${query}` : path);
  };
  const search = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    go(withQuery({ q: new FormData(event.currentTarget).get("q") as string, after: null, why: null }));
  };
  const score = wanted.least || wanted.most ? `${wanted.least || 0}-${wanted.most || 100}` : "";
  const scores = SCORES.some(([value]) => value === score) ? SCORES : [...SCORES, [score, score.replace("-", " to ")]];
  return (
    <search>
      <div class="filters">
        <form onSubmit={search}>
          <input
            key={wanted.text} type="search" name="q" defaultValue={wanted.text} aria-label="Search contacts"
            placeholder="Name, email or id" enterKeyHint="search" autocomplete="off"
            onSearch={({ currentTarget }) =>
              currentTarget.value === "" && wanted.text && go(withQuery({ q: null, after: null, why: null }))}
          />
        </form>
        <select aria-label="Stage" value={wanted.stage} disabled={!!wanted.text} onChange={({ currentTarget }) => narrow({ stage: currentTarget.value })}>
          <option value="">Every stage</option>
          {stages.map(({ name }) => <option key={name} value={name}>{words(name)}</option>)}
        </select>
        <select
          aria-label="Score" value={score} disabled={!!wanted.text}
          onChange={({ currentTarget }) => {
            const [least = "", most = ""] = currentTarget.value.split("-");
            narrow({ least: least === "0" ? "" : least, most: most === "100" ? "" : most });
          }}
        >
          {scores.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
        <select aria-label="Last seen" value={wanted.seen} disabled={!!wanted.text} onChange={({ currentTarget }) => narrow({ seen: currentTarget.value })}>
          {SEEN.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
      </div>
      {!wanted.text && <Narrowed workspace={workspace} wanted={wanted} narrow={narrow}>{children}</Narrowed>}
    </search>
  );
}

interface NarrowedProps {
  workspace: Workspace;
  wanted: Wanted;
  narrow: (changes: Partial<Narrowing>) => void;
  children: ComponentChildren;
}

/** The filters by trait and signal, each with a button that takes it away, and the ways to a new one. */
function Narrowed({ workspace, wanted: { traits, signals }, narrow, children }: NarrowedProps) {
  const [adding, add] = useState<"trait" | "signal">();
  const without = <T,>(list: T[], one: T) => list.filter((other) => other !== one);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    add(undefined);
    opener.current?.focus();
  };
  const full = traits.length + signals.length >= MOST;
  const toggle = (what: "trait" | "signal", text: string) => (
    <button
      key={what} type="button" class="small" aria-expanded={adding === what} disabled={full} title={full ? `A list has at most ${MOST} filters.` : undefined}
      onClick={({ currentTarget }) => {
        opener.current = currentTarget;
        add(adding === what ? undefined : what);
      }}
    >
      {text}
    </button>
  );
  return (
    <div class="row narrowed">
      {traits.map((one) => (
        <Taken key={JSON.stringify(one)} text={`${one.trait} ${condition(one.operator, one.operand, one.not)}`} drop={() => narrow({ traits: without(traits, one) })} />
      ))}
      {signals.map((one) => (
        <Taken key={JSON.stringify(one)} text={did(one)} drop={() => narrow({ signals: without(signals, one) })} />
      ))}
      {toggle("trait", "+ Trait")}
      {toggle("signal", "+ Signal")}
      {adding === "trait" && (
        <TraitForm workspace={workspace} close={close} add={(one) => narrow({ traits: [...traits, one] })} />
      )}
      {adding === "signal" && (
        <SignalForm workspace={workspace} close={close} add={(one) => narrow({ signals: [...signals, one] })} />
      )}
      {!adding && children}
    </div>
  );
}

function Taken({ text, drop }: { text: string; drop: () => void }) {
  return (
    <span class="chip taken">
      {text}
      <button type="button" class="bare" aria-label={`Without: ${text}`} title="Take this filter away" onClick={drop}>×</button>
    </span>
  );
}

/** "did Pricing Viewed 2 times or more in the last 30 days" */
function did({ signal, least, not, days, since }: SignalFilter): string {
  const when = days ? ` in the last ${days} days` : since ? ` since ${since}` : "";
  if (not) return when ? `did not do ${words(signal)}${when}` : `never did ${words(signal)}`;
  return `did ${words(signal)}${least > 1 ? ` ${least} times or more` : ""}${when}`;
}
