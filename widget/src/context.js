/** The page as Segment's spec describes it. Query strings stay here: they carry tokens and names. */
export function page() {
  const { origin, pathname } = location;
  const referrer = document.referrer.split("?")[0];
  return { url: origin + pathname, path: pathname, referrer, title: document.title };
}

/** Segment's `campaign`: utm_source becomes `source` and so on, utm_campaign becomes `name`. */
function campaign() {
  const found = {};
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("utm_")) found[name === "utm_campaign" ? "name" : name.slice(4)] = value;
  }
  return found;
}

/** What every event says about where it happened. */
export function context() {
  return {
    page: page(),
    locale: navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    campaign: campaign(),
  };
}
