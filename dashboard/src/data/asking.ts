import { useLayoutEffect, useState } from "preact/hooks";
import { asFailure, type Failure } from "./failure";

/** What a panel knows: the last answer and when it came, and what went wrong since. */
export interface Asked<T> {
  data: T | undefined;
  at: Date | undefined;
  failure: Failure | undefined;
  busy: boolean;
  again: () => void;
}

interface Entry {
  ask: () => Promise<unknown>;
  data?: unknown;
  at?: Date;
  failure?: Failure | undefined;
  busy: boolean;
  turn: number;
  listeners: Set<() => void>;
}

const entries = new Map<string, Entry>();

function entryOf(key: string, ask: () => Promise<unknown>): Entry {
  let entry = entries.get(key);
  if (!entry) {
    entry = { ask, busy: false, turn: 0, listeners: new Set() };
    entries.set(key, entry);
  }
  entry.ask = ask;
  return entry;
}

/** Asks anew and keeps the old answer on the screen until there is one. Of two at once the later counts. */
async function renew(entry: Entry): Promise<void> {
  const turn = ++entry.turn;
  entry.busy = true;
  tell(entry);
  try {
    const data = await entry.ask();
    if (turn !== entry.turn) return;
    Object.assign(entry, { data, at: new Date(), failure: undefined });
  } catch (error) {
    if (turn !== entry.turn) return;
    entry.failure = asFailure(error);
  }
  entry.busy = false;
  tell(entry);
}

const tell = (entry: Entry) => {
  for (const listener of [...entry.listeners]) listener();
};

interface Options<T> {
  /** Ask again after so many milliseconds, while the page is visible. */
  every?: number;
  /** No longer, once the answer is like that. */
  until?: (data: T) => boolean;
}

/**
 * The answer to a question: at once what was answered before, then what is true now. `key` names the question, the
 * workspace and every filter included; null asks nothing.
 */
export function useAsk<T>(key: string | null, ask: () => Promise<T>, { every, until }: Options<T> = {}): Asked<T> {
  const [, again] = useState({});
  // Not useEffect, which waits for the page to be painted: the question goes out first.
  useLayoutEffect(() => {
    if (key === null) return;
    const entry = entryOf(key, ask);
    const listener = () => again({});
    entry.listeners.add(listener);
    void renew(entry);
    const isDone = () => !entry.failure && entry.data !== undefined && !!until?.(entry.data as T);
    const timer = every && setInterval(() => !document.hidden && !entry.busy && !isDone() && void renew(entry), every);
    return () => {
      entry.listeners.delete(listener);
      clearInterval(timer);
    };
  }, [key, every]);
  const entry = key === null ? undefined : entries.get(key);
  return {
    data: entry?.data as T | undefined,
    at: entry?.at,
    failure: entry?.failure,
    busy: entry ? entry.busy : key !== null,
    again: () => entry && void renew(entry),
  };
}

/** After a write: asks anew whatever is on the screen under that prefix, and drops what is not. */
export function changed(prefix: string): void {
  for (const [key, entry] of entries) {
    if (!key.startsWith(prefix)) continue;
    if (entry.listeners.size) void renew(entry);
    else entries.delete(key);
  }
}

/** Asks again what is on the screen under that key, and returns the answer once it is there; nothing when that fails. */
export async function renewed<T>(key: string): Promise<T | undefined> {
  const entry = entries.get(key);
  if (entry) await renew(entry);
  return entry?.failure ? undefined : (entry?.data as T | undefined);
}

/** Drops all answers under that prefix and asks nothing: what is on the screen under it is about to go. */
export function forget(prefix: string): void {
  for (const [key, entry] of entries) {
    if (!key.startsWith(prefix)) continue;
    entry.turn++;
    entries.delete(key);
  }
}

/** Nothing of one account may be seen by the next. */
export const forgetEverything = () => forget("");

/** What a panel needs beside its answer counts as part of it: it fails with it, and is asked again with it. */
export function together<T>(asked: Asked<T>, other: Asked<unknown>): Asked<T> {
  const again = () => {
    asked.again();
    other.again();
  };
  return { ...asked, failure: asked.failure ?? other.failure, again };
}
