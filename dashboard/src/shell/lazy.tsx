import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Notice, Skeleton } from "../parts/states";

type Load<P> = () => Promise<{ default: ComponentType<P> }>;
const loaded = new Map<Load<never>, ComponentType<never>>();

/** Shows a chunk once it is there. After a deploy the old page's chunks are gone, so the way out is a fresh page. */
export function Lazy<P extends object>({ load, props }: { load: Load<P>; props: P }) {
  const [failed, fail] = useState<Load<P>>();
  const [, again] = useState({});
  const key = load as unknown as Load<never>;
  useEffect(() => {
    if (loaded.has(key)) return;
    load().then(
      (module) => {
        loaded.set(key, module.default as unknown as ComponentType<never>);
        again({});
      },
      () => fail(() => load),
    );
  }, [load]);
  const Loaded = loaded.get(key) as ComponentType<P> | undefined;
  if (Loaded) return <Loaded {...props} />;
  if (failed !== load) return <Skeleton lines={6} />;
  return (
    <Notice tone="bad" title="This screen could not be loaded.">
      <p>You may be offline, or a new version has been deployed since you opened this page.</p>
      <button type="button" onClick={() => location.reload()}>Reload the page</button>
    </Notice>
  );
}
