/** What was written and not saved yet, by what it is for: kept as long as the page, so that who looks elsewhere loses nothing. */
const texts = new Map<string, unknown>();

export const unsaved = {
  get: <T>(key: string) => texts.get(key) as T | undefined,
  keep: (key: string, text: unknown) => void texts.set(key, text),
  drop: (key: string) => void texts.delete(key),
  isAny: () => texts.size > 0,
  /** Nothing of one account may be seen by the next. */
  dropAll: () => texts.clear(),
};

// The browser asks whether to leave.
addEventListener("beforeunload", (event) => {
  if (texts.size) event.preventDefault();
});
