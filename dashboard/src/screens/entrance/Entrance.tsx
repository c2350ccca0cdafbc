import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Logo } from "../../parts/icons";

export function Entrance({ title, children }: { title: string; children: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · ConversionCRM`;
  }, [title]);
  return (
    <main class="entrance">
      <p class="brand"><Logo /> ConversionCRM</p>
      <div class="card">
        <h1>{title}</h1>
        {children}
      </div>
      <p><small><a href="/privacy">Privacy</a></small></p>
    </main>
  );
}
