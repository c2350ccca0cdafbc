import type { ComponentChildren } from "preact";
import type { Asked } from "../data/asking";
import type { Failure } from "../data/failure";
import { clock } from "./format";

type Children = { children?: ComponentChildren };

export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="hidden">Loading …</span>
      {Array.from({ length: lines }, (_, index) => <i key={index} />)}
    </div>
  );
}

/** Nothing is here yet: says what will be, and how it comes about. `alone`: it is all that the page has. */
export function Empty({ title, alone, children }: { title: string; alone?: boolean } & Children) {
  return (
    <div class="empty">
      {alone ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}

export function Notice({ tone, title, children }: { tone: "bad" | "warn" | "good"; title: string } & Children) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <b>{title}</b>
      {children}
    </div>
  );
}

interface FailedProps extends Children {
  failure: Failure;
  /** What could not be shown or done: "Contacts", "The key". */
  what: string;
  again?: (() => void) | undefined;
}

/** What failed, why, what to do, and the id under which we find it. `children` say what was saved all the same. */
export function Failed({ failure, what, again, children }: FailedProps) {
  return (
    <Notice tone="bad" title={`${what}: ${failure.message}`}>
      {failure.errors.length > 0 && (
        <ul>{failure.errors.map(({ pointer, detail }) => <li key={pointer}><code>{pointer}</code> {detail}</li>)}</ul>
      )}
      {children}
      <p class="row">
        {again && <button type="button" onClick={again}>Try again</button>}
        {failure.requestId && <small>Request <code>{failure.requestId}</code></small>}
      </p>
    </Notice>
  );
}

/** As of when what is shown was true. */
export function AsOf({ asked }: { asked: Asked<unknown> }) {
  if (!asked.at) return null;
  return <small class="as-of">{asked.busy ? "Updating … " : ""}as of {clock(asked.at)}</small>;
}

interface PanelProps<T> {
  asked: Asked<T>;
  what: string;
  isEmpty?: (data: T) => boolean;
  empty?: ComponentChildren;
  lines?: number;
  children: (data: T) => ComponentChildren;
}

/** The states that every panel has. An answer stays on the screen while it is renewed, and when that fails. */
export function Panel<T>({ asked, what, isEmpty, empty, lines = 4, children }: PanelProps<T>) {
  const { data, failure, again } = asked;
  return (
    <>
      {failure && (
        <Failed failure={failure} what={what} again={again}>
          {data !== undefined && asked.at && <p>What you see is as of {clock(asked.at)}.</p>}
        </Failed>
      )}
      {data === undefined ? !failure && <Skeleton lines={lines} /> : isEmpty?.(data) ? empty : children(data)}
    </>
  );
}
