// localStorage that never throws: browsers refuse it in private windows, in sandboxed frames, by the
// visitor's settings and when it is full. Whoever writes here keeps a copy in memory.

/** What the names of all our keys begin with. */
export const OURS = "conversioncrm:";

export const stored = () => {
  try {
    return localStorage || {};
  } catch {
    return {};
  }
};

/** "" removes: written first, it tells the other tabs what no host page's clear() does. */
export const store = (key, value) => {
  try {
    stored()[key] = value;
    if (!value) delete stored()[key];
  } catch {
    // Full: the copy in memory has to do.
  }
};

/** Hands over each [key, value] whose key begins so, in the keys' order. */
export const each = (prefix, take) =>
  Object.entries(stored())
    .sort()
    .forEach((entry) => entry[0].startsWith(prefix) && take(entry));
