import { useEffect, useRef } from "preact/hooks";
import { atom, useAtom } from "../data/atom";

interface Shortcut {
  key: string;
  does: string;
  run: () => void;
}

const shortcuts = atom<Shortcut[]>([]);

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const found = shortcuts.get().findLast(({ key }) => key === event.key);
  if (!found) return;
  event.preventDefault();
  found.run();
});

/** A key that does something while this part is on the screen, and not while somebody types. `?` lists them all. */
export function useKey(key: string, does: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const shortcut = { key, does, run: () => latest.current() };
    shortcuts.set([...shortcuts.get(), shortcut]);
    return () => shortcuts.set(shortcuts.get().filter((one) => one !== shortcut));
  }, [key, does]);
}

export function ShortcutsHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  const known = useAtom(shortcuts);
  useKey("?", "Show these shortcuts", () => dialog.current?.showModal());
  return (
    <dialog ref={dialog} aria-labelledby="shortcuts">
      <h2 id="shortcuts">Keyboard</h2>
      <dl class="keys">
        {known.map(({ key, does }) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>Close</button>
    </dialog>
  );
}
