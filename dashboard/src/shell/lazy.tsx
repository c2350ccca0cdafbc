import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Notice, Skeleton } from "../parts/states";

type Load<P> = () => Promise<{ default: ComponentType<P> }>;
const loaded = new Map<Load<never>, ComponentType<never>>();

async function fetched<P>(load: Load<P>): Promise<void> {
  const module = await load();
  loaded.set(load as unknown as Load<never>, module.default as ComponentType<never>);
}

/** Fetches what is about to be shown, so that it shows at once. A failure is told where it is shown. */
export const preload = <P,>(load: Load<P>) => fetched(load).catch(() => {});

/** Shows a chunk once it is there. After a deploy the old page's chunks are gone, so the way out is a fresh page. */
export function Lazy<P extends object>({ load, props }: { load: Load<P>; props: P }) {
  const [failed, fail] = useState<Load<P>>();
  const [, again] = useState({});
  const Loaded = loaded.get(load as unknown as Load<never>) as ComponentType<P> | undefined;
  useEffect(() => {
    // Also where it has come since this was rendered.
    if (!Loaded) fetched(load).then(() => again({}), () => fail(() => load));
  }, [load]);
  if (Loaded) return <Loaded {...props} />;
  if (failed !== load) return <Skeleton lines={6} />;
  return (
    <Notice tone="bad" title="This screen could not be loaded.">
      <p>You may be offline, or a new version has been deployed since you opened this page.</p>
      <button type="button" onClick={() => location.reload()}>Reload the page</button>
    </Notice>
  );
}
