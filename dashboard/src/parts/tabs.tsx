import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { BASE, go } from "../data/location";
import type { ScreenProps } from "../routes";
import { Lazy } from "../shell/lazy";
import { Skeleton } from "./states";

export interface Tab {
  /** Its part of the URL: /app/w/<slug>/<screen>/<path>. */
  path: string;
  title: string;
  load: () => Promise<{ default: ComponentType<ScreenProps> }>;
}

interface Props extends ScreenProps {
  screen: string;
  title: string;
  tabs: Tab[];
}

/** A screen in parts, each with an address and a chunk of its own. What is left of the path is the part's. */
export function Tabs({ screen, title, tabs, workspace, rest: [path, ...rest] }: Props) {
  const base = `${BASE}/w/${workspace.slug}/${screen}`;
  const open = tabs.find((tab) => tab.path === path);
  useEffect(() => {
    if (!open) go(`${base}/${tabs[0]?.path}`, { replace: true });
  }, [open, base]);
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    bar.current?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [open]);
  return (
    <>
      <div class="head"><h1>{title}</h1></div>
      <nav class="tabs" aria-label={title} ref={bar}>
        {tabs.map((tab) => (
          <a key={tab.path} href={`${base}/${tab.path}`} aria-current={tab === open ? "page" : undefined}>{tab.title}</a>
        ))}
      </nav>
      {open ? <Lazy key={open.path} load={open.load} props={{ workspace, rest }} /> : <Skeleton lines={6} />}
    </>
  );
}
