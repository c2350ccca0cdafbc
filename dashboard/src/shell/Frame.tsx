import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { signOut, session } from "../data/auth";
import { BASE, go } from "../data/location";
import { dateTime } from "../parts/format";
import { Icon, Logo } from "../parts/icons";
import { ShortcutsHelp } from "../parts/keyboard";
import { SCREENS } from "../routes";
import { may, type Mine, type Workspace } from "./workspaces";

interface Props {
  mine: Mine;
  workspace: Workspace;
  screen: string;
  children: ComponentChildren;
}

export function Frame({ mine, workspace, screen, children }: Props) {
  return (
    <div class="frame">
      <a class="skip" href="#content">Skip to the content</a>
      <header class="top">
        <a class="brand" href={`${BASE}/w/${workspace.slug}/contacts`} aria-label="ConversionCRM"><Logo /><span>ConversionCRM</span></a>
        <Switcher mine={mine} workspace={workspace} />
        <nav aria-label="Screens">
          {SCREENS.filter(({ icon }) => icon).map(({ path, title, icon }) => (
            <a key={path} href={`${BASE}/w/${workspace.slug}/${path}`} aria-current={path === screen ? "page" : undefined}>
              <Icon name={icon ?? ""} />
              <span>{title}</span>
            </a>
          ))}
        </nav>
        <Account workspace={workspace} />
      </header>
      <main id="content" tabIndex={-1}>
        {workspace.deletionRequestedAt && <Deleting workspace={workspace} />}
        {workspace.payment && <Unpaid workspace={workspace} />}
        {children}
      </main>
      <ShortcutsHelp />
    </div>
  );
}

const NEW = "+";

function Switcher({ mine, workspace }: { mine: Mine; workspace: Workspace }) {
  return (
    <select
      class="switcher"
      aria-label="Workspace"
      value={workspace.slug}
      onChange={({ currentTarget }) => {
        const to = currentTarget.value;
        currentTarget.value = workspace.slug; // until its screens are there
        go(to === NEW ? `${BASE}/start` : `${BASE}/w/${to}/contacts`);
      }}
    >
      {mine.workspaces.map(({ slug, name }) => <option key={slug} value={slug}>{name}</option>)}
      <option value={NEW}>{mine.invitations.length ? "New or join …" : "New workspace …"}</option>
    </select>
  );
}

function Account({ workspace }: { workspace: Workspace }) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const isElsewhere = event instanceof KeyboardEvent ? event.key === "Escape" : !menu.current?.contains(event.target as Node);
      if (isElsewhere && menu.current) menu.current.open = false;
    };
    document.addEventListener("click", close);
    document.addEventListener("keydown", close);
    return () => {
      document.removeEventListener("click", close);
      document.removeEventListener("keydown", close);
    };
  }, []);
  const email = session.get()?.user.email;
  return (
    <details class="account" ref={menu}>
      <summary aria-label={`Account ${email}`}><Icon name="account" /><span>{email}</span></summary>
      <div>
        <p>
          <b>{email}</b>
          <br />
          <small>{may(workspace.role, "owner") ? "Owner" : may(workspace.role, "admin") ? "Admin" : "Viewer"} of {workspace.name}</small>
        </p>
        <p><small><kbd>?</kbd> shows the keyboard shortcuts</small></p>
        <p><a href={`${BASE}/account`}>Your account</a></p>
        <button type="button" onClick={() => void signOut()}>Sign out</button>
      </div>
    </details>
  );
}

function Deleting({ workspace }: { workspace: Workspace }) {
  return (
    <p class="strip warn" role="status">
      {workspace.name} is being deleted: its keys refuse, and no mail leaves.{" "}
      {workspace.purgeAfter && `An owner can cancel that until ${dateTime(workspace.purgeAfter)}.`}{" "}
      <a href={`${BASE}/w/${workspace.slug}/settings/data`}>What happens when</a>
    </p>
  );
}

function Unpaid({ workspace }: { workspace: Workspace }) {
  return (
    <p class="strip warn" role="status">
      {workspace.payment === "past_due"
        ? "The last payment failed. Your plan goes on while it is tried again; please look at the card."
        : "The payment failed for good, so this workspace is on Free. Paid again, the plan is back."}{" "}
      <a href={`${BASE}/w/${workspace.slug}/settings/billing`}>Billing</a>
    </p>
  );
}
