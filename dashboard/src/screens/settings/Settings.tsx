import { Tabs, type Tab } from "../../parts/tabs";
import type { ScreenProps } from "../../routes";

const TABS: Tab[] = [
  { path: "keys", title: "API keys", load: () => import("./Keys") },
  { path: "members", title: "Members", load: () => import("./Members") },
  { path: "sending", title: "Sending", load: () => import("./Sending") },
  { path: "privacy", title: "Privacy", load: () => import("./Privacy") },
  { path: "billing", title: "Billing", load: () => import("./Billing") },
  { path: "audit", title: "Audit log", load: () => import("./Audit") },
  { path: "data", title: "Export and delete", load: () => import("./Leaving") },
];

export default function Settings(props: ScreenProps) {
  return <Tabs {...props} screen="settings" title="Settings" tabs={TABS} />;
}
