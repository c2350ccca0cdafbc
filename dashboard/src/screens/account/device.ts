const BROWSERS: [string, string][] = [["Edg", "Edge"], ["OPR", "Opera"], ["Firefox", "Firefox"], ["Chrome", "Chrome"], ["Safari", "Safari"]];
const SYSTEMS: [string, string][] = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]];

const first = (names: [string, string][], agent: string) => names.find(([sign]) => agent.includes(sign))?.[1];

/** "Firefox on Mac", as far as a user agent says; it is only there to tell one's own devices apart. */
export function device(agent: string): string {
  const browser = first(BROWSERS, agent);
  const system = first(SYSTEMS, agent);
  if (!browser) return agent || "A browser that does not say which";
  return system ? `${browser} on ${system}` : browser;
}
