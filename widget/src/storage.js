// localStorage that never throws: browsers refuse it in private windows, in sandboxed frames, by the
// visitor's settings and when it is full. Whoever writes here keeps a copy in memory.

const quietly = (action) => {
  try {
    return action();
  } catch {
    // Refused: the copy in memory has to do.
  }
};

export const read = (key) => quietly(() => localStorage.getItem(key));
export const write = (key, value) => quietly(() => localStorage.setItem(key, value));
export const remove = (key) => quietly(() => localStorage.removeItem(key));
export const keys = () => quietly(() => Object.keys(localStorage)) || [];
