import { useEffect, useRef, useState } from "preact/hooks";

/**
 * A founder's own HTML, where it can do nothing. The frame is sandboxed: no scripts, no forms, no other windows, and no
 * navigation that reloads this page. Its document is a file of ours whose policy allows styles and pictures alone; since
 * that document has a policy of its own, text may become elements there, which it may not on this page.
 */
export function MailFrame({ html, isNarrow }: { html: string; isNarrow: boolean }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [loads, setLoads] = useState(0); // also when a link in the mail has been followed
  useEffect(() => {
    const root = loads ? frame.current?.contentDocument?.documentElement : null;
    if (root) root.innerHTML = html;
  }, [html, loads]);
  return (
    <iframe
      ref={frame} class={isNarrow ? "mail-frame narrow" : "mail-frame"} title="The mail as they get it" src="/app/preview.html"
      sandbox="allow-same-origin" referrerpolicy="no-referrer" onLoad={() => setLoads(loads + 1)}
    />
  );
}
