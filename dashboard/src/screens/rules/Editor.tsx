import type { ComponentChildren } from "preact";
import { go, withQuery } from "../../data/location";
import { Field, Form, useDoing, useFirstField } from "../../parts/forms";
import type { Fit, List, Signal, Stage } from "./data";
import { FitFields, readFit } from "./FitFields";
import type { Editing } from "./Rules";
import { readStage, StageFields } from "./StageFields";
import { readSignal, SignalFields } from "./SignalFields";

type Values = Record<string, string>;

function Frame({ what, onSubmit, children }: { what: string; onSubmit: (values: Values) => Promise<void>; children: ComponentChildren }) {
  const doing = useDoing();
  const frame = useFirstField<HTMLDivElement>();
  return (
    <div class="editor" ref={frame}>
      <Form what={what} doing={doing} onSubmit={onSubmit}>
        {children}
        <div class="row">
          <button class="main" disabled={doing.busy}>{doing.busy ? "Saving …" : "Put it in the draft"}</button>
          <button type="button" onClick={() => go(withQuery({ edit: null }))}>Cancel</button>
        </div>
      </Form>
    </div>
  );
}

interface Props {
  list: List;
  /** Which one is changed; without it a new one is added. */
  index?: number;
  editing: Editing;
}

export function Editor({ list, index, editing: { rules, write } }: Props) {
  const was = index === undefined ? undefined : rules[list][index];
  const put = (entry: unknown) =>
    write({ ...rules, [list]: index === undefined ? [...rules[list], entry] : rules[list].with(index, entry as never) });
  if (list === "fit") {
    return <Frame what="The fit rule" onSubmit={(values) => put(readFit(values))}><FitFields was={was as Fit} /></Frame>;
  }
  if (list === "signals") {
    return (
      <Frame what="The signal" onSubmit={(values) => put(readSignal(values, was as Signal))}>
        <SignalFields was={was as Signal} />
      </Frame>
    );
  }
  return (
    <Frame what="The stage" onSubmit={(values) => put(readStage(values, was as Stage))}>
      <StageFields was={was as Stage} />
    </Frame>
  );
}

export function HalfLife({ editing: { rules, write } }: { editing: Editing }) {
  return (
    <Frame what="The half-life" onSubmit={({ days }) => write({ ...rules, halfLifeDays: Number(days) })}>
      <Field
        label="Days until what happened counts half" name="days" type="number" min={1} max={365} required
        defaultValue={`${rules.halfLifeDays}`} hint="14 suits most trials. The shorter, the more it matters what people do this week."
      />
    </Frame>
  );
}
