import { useEffect, useRef } from "preact/hooks";
import { BASE, go, useHere } from "../data/location";
import { Empty, Failed, Skeleton } from "../parts/states";
import { SCREENS } from "../routes";
import { Lazy, preload } from "./lazy";
import { Frame } from "./Frame";
import { lastSlug, useMine, type Mine, type Workspace } from "./workspaces";

const start = () => import("../screens/start/Start");
const account = () => import("../screens/account/Account");

/** A part of the path as it is meant; what is no encoding means itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Everything behind the sign-in. /app/w/<slug>/<screen>/… is a workspace's, /app/start makes or joins one. */
export function Inside() {
  const mine = useMine();
  const { path, query } = useHere();
  useFollow(`${path}?${query}`);
  const [area, slug, screen, ...rest] = path.slice(BASE.length + 1).split("/").map(decoded);
  useEffect(() => {
    // Beside the question for the workspaces, not after it.
    const next = SCREENS.find((one) => one.path === screen);
    if (next) void preload(next.load);
  }, []);
  if (!mine.data) {
    return <main class="entrance">{mine.failure ? <Failed failure={mine.failure} what="Your workspaces" again={mine.again} /> : <Skeleton lines={6} />}</main>;
  }
  if (area === "account") return <Lazy load={account} props={{}} />;
  if (area === "start") return <Lazy load={start} props={{ mine: mine.data }} />;
  if (area !== "w") return <Home mine={mine.data} />;
  const workspace = mine.data.workspaces.find((one) => one.slug === slug);
  if (!workspace) return <NoWorkspace mine={mine.data} />;
  return <InWorkspace key={workspace.id} mine={mine.data} workspace={workspace} screen={screen ?? ""} rest={rest} />;
}

function Home({ mine }: { mine: Mine }) {
  const slug = mine.workspaces.find((one) => one.slug === lastSlug.get())?.slug ?? mine.workspaces[0]?.slug;
  useEffect(() => go(slug ? `${BASE}/w/${slug}/${SCREENS[0]?.path}` : `${BASE}/start`, { replace: true }), [slug]);
  return null;
}

interface Within {
  mine: Mine;
  workspace: Workspace;
  screen: string;
  rest: string[];
}

function InWorkspace({ mine, workspace, screen, rest }: Within) {
  const found = SCREENS.find(({ path }) => path === screen);
  useEffect(() => lastSlug.set(workspace.slug), [workspace.slug]);
  useEffect(() => {
    document.title = `${found?.title ?? "Not found"} · ${workspace.name} · ConversionCRM`;
  }, [found, workspace.name]);
  return (
    <Frame mine={mine} workspace={workspace} screen={screen}>
      {found ? (
        <Lazy key={found.path} load={found.load} props={{ workspace, rest }} />
      ) : (
        <Empty alone title="There is no such screen.">
          <a href={`${BASE}/`}>Back to the start</a>
        </Empty>
      )}
    </Frame>
  );
}

/** The link that was pressed may be gone with what it was in: then whoever uses the keyboard goes on in what came instead. */
function useFollow(address: string) {
  const shown = useRef(address);
  useEffect(() => {
    if (shown.current === address) return;
    shown.current = address;
    if (document.activeElement === document.body) document.getElementById("content")?.focus({ preventScroll: true });
  }, [address]);
}

function NoWorkspace({ mine }: { mine: Mine }) {
  return (
    <main class="entrance">
      <Empty alone title="You are in no workspace of that name.">
        <p>It may have been deleted, or you may have signed in with another address than the one that was invited.</p>
        <ul class="plain">
          {mine.workspaces.map(({ slug, name }) => (
            <li key={slug}><a href={`${BASE}/w/${slug}/contacts`}>{name}</a></li>
          ))}
          <li><a href={`${BASE}/start`}>Make a workspace</a></li>
        </ul>
      </Empty>
    </main>
  );
}
