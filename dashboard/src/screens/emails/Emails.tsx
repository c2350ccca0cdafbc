import { Tabs, type Tab } from "../../parts/tabs";
import type { ScreenProps } from "../../routes";

const TABS: Tab[] = [
  { path: "automations", title: "Automations", load: () => import("./Automations") },
  { path: "templates", title: "Templates", load: () => import("./Templates") },
  { path: "log", title: "Log", load: () => import("./Log") },
  { path: "suppressions", title: "Suppressions", load: () => import("./Suppressions") },
];

export default function Emails(props: ScreenProps) {
  return <Tabs {...props} screen="emails" title="Emails" tabs={TABS} />;
}
