/** Hears of an event before any handler of the page, which could stop it; document's events as well as window's. */
export const on = (name, listener) => addEventListener(name, listener, true);

/** A random UUID. crypto.randomUUID exists on https pages only; browsers name blobs by one everywhere. */
export const uuid = () => URL.createObjectURL(new Blob()).slice(-36);
