import type { ComponentType } from "preact";
import { loadContacts } from "./screens/contacts/Contacts";
import type { Workspace } from "./shell/workspaces";

export interface ScreenProps {
  workspace: Workspace;
  /** The parts of the path after the screen's own: /app/w/acme/contacts/ID has ["ID"]. */
  rest: string[];
}

type Load<P> = () => Promise<{ default: ComponentType<P> }>;

export interface Screen {
  /** Its part of the URL: /app/w/<slug>/<path>. */
  path: string;
  title: string;
  load: Load<ScreenProps>;
  /** The name of its icon in the navigation; without one it is not in there. */
  icon?: string;
}

/** Screens of a workspace, in the order of the navigation. Each is a chunk of its own. */
export const SCREENS: Screen[] = [
  { path: "today", title: "Today", icon: "today", load: () => import("./screens/today/Today") },
  { path: "contacts", title: "Contacts", icon: "contacts", load: loadContacts },
  { path: "stages", title: "Stages", icon: "stages", load: () => import("./screens/stages/Stages") },
  { path: "rules", title: "Rules", icon: "rules", load: () => import("./screens/rules/Rules") },
  { path: "emails", title: "Emails", icon: "emails", load: () => import("./screens/emails/Emails") },
  { path: "setup", title: "Setup", icon: "setup", load: () => import("./screens/setup/Setup") },
  { path: "settings", title: "Settings", icon: "settings", load: () => import("./screens/settings/Settings") },
];

/** Pages for people who are not signed in. */
export const ENTRANCES: Record<string, Load<object>> = {
  "sign-in": () => import("./screens/entrance/SignIn"),
  "sign-up": () => import("./screens/entrance/SignUp"),
  reset: () => import("./screens/entrance/Reset"),
};
