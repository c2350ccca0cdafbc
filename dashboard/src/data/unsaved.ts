/** What was written and not saved yet, by what it is for: kept as long as the page, so that who looks elsewhere loses nothing. */
const written = new Map<string, unknown>();

export const unsaved = {
  get: <T>(key: string) => written.get(key) as T | undefined,
  keep: (key: string, text: unknown) => void written.set(key, text),
  drop: (key: string) => void written.delete(key),
  /** Nothing of one account may be seen by the next. */
  dropAll: () => written.clear(),
};

// The browser asks whether to leave.
addEventListener("beforeunload", (event) => {
  if (written.size) event.preventDefault();
});
