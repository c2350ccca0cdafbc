// The ES module: import { start } from "conversioncrm". Nothing runs before start, so servers may import it too.

let widget;

import { start as begin } from "./widget.js";

/** One page, one widget: the first start counts. */
export const start = (settings) => (widget ||= begin(settings));
