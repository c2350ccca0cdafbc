import { useEffect, useState } from "preact/hooks";

/** One value that several parts of the page watch. */
export interface Atom<T> {
  get(): T;
  set(value: T): void;
  watch(listener: () => void): () => void;
}

export function atom<T>(value: T): Atom<T> {
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useAtom<T>(watched: Atom<T>): T {
  const [, again] = useState({});
  useEffect(() => {
    const stop = watched.watch(() => again({}));
    again({}); // it may have changed between the rendering and now
    return stop;
  }, [watched]);
  return watched.get();
}
