/** Hears of an event before any handler of the page, which could stop it; document's events as well as window's. */
export const on = (name, listener) => addEventListener(name, listener, true);

/** A random UUID. On pages without https there is no crypto.randomUUID, but browsers name blobs by one everywhere. */
export const uuid = () => crypto.randomUUID?.() || URL.createObjectURL(new Blob()).slice(-36);
