import { useEffect } from "preact/hooks";
import { recovering, session } from "../data/auth";
import { useAtom } from "../data/atom";
import { BASE, go, useHere } from "../data/location";
import { Skeleton } from "../parts/states";
import { ENTRANCES } from "../routes";
import { Lazy } from "./lazy";
import { Inside } from "./Inside";

const newPassword = () => import("../screens/entrance/NewPassword");

function Go({ to }: { to: string }) {
  useEffect(() => go(to, { replace: true }), [to]);
  return <Skeleton lines={3} />;
}

/** What the page shows before its script runs, so that nothing flickers. */
function Waiting() {
  return (
    <main class="entrance" aria-busy="true">
      <p class="brand"><img class="logo" src="/app/icon.svg" alt="" /> ConversionCRM</p>
    </main>
  );
}

export function App() {
  const signedIn = useAtom(session);
  const choosing = useAtom(recovering);
  const { path, query } = useHere();
  const name = path.slice(BASE.length + 1);
  const entrance = Object.hasOwn(ENTRANCES, name) ? ENTRANCES[name] : undefined; // the path may be "constructor"
  if (signedIn === undefined) return <Waiting />;
  if (choosing || name === "new-password") return <Lazy load={newPassword} props={{}} />;
  if (signedIn) return entrance ? <Go to={back(query)} /> : <Inside />;
  if (entrance) return <Lazy load={entrance} props={{}} />;
  return <Go to={name ? `${BASE}/sign-in?to=${encodeURIComponent(location.pathname + location.search)}` : `${BASE}/sign-in`} />;
}

/** Where somebody wanted to go before signing in; never out of the dashboard. */
function back(query: URLSearchParams): string {
  const to = query.get("to") ?? "";
  return to.startsWith(`${BASE}/`) ? to : `${BASE}/`;
}
