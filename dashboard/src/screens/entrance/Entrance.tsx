import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Logo } from "../../parts/icons";

interface Props {
  title: string;
  wide?: boolean;
  children: ComponentChildren;
}

/** A page of its own, outside of any workspace. */
export function Entrance({ title, wide = false, children }: Props) {
  useEffect(() => {
    document.title = `${title} · ConversionCRM`;
  }, [title]);
  return (
    <main class={wide ? "entrance wide" : "entrance"}>
      <p class="brand"><Logo /> ConversionCRM</p>
      <div class="card">
        <h1>{title}</h1>
        {children}
      </div>
      <p><small><a href="/privacy">Privacy</a></small></p>
    </main>
  );
}
