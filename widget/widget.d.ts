/** JSON: what is neither is left out, as JSON.stringify leaves it out. */
export type Properties = Record<string, unknown>;

export type Consent = "granted" | "pending" | "denied";

/** No call throws, waits or answers anything: whatever goes wrong, the page goes on. */
export interface Widget {
  /** What the visitor did, e.g. `track("Project Created", { plan: "free" })`. */
  track(event: string, properties?: Properties): void;

  /**
   * Who the visitor is, for this call and the later ones of this page. `userHash`, made by your server, proves it.
   * Without an id the user stays who it was: `identify(null, { plan: "pro" })`.
   */
  identify(userId: string | number | null, traits?: Properties, proof?: { userHash?: string }): void;

  /** A page seen. Each page, path and query counts by itself; this is for a name or for properties. */
  page(name?: string, properties?: Properties): void;

  /** The company that the visitor belongs to: the trait `company` of the contact. */
  group(groupId: string | number, traits?: Properties): void;

  /** The visitor signed out: what follows belongs to somebody new. */
  reset(): void;

  /**
   * Pending: calls are kept in memory alone. Granted: they are carried out, and so is what follows. Denied: everything
   * that was kept is wiped, and what follows is forgotten. It is not remembered: call it on every page.
   */
  consent(decision: Consent): void;

  /** Sends what waits now, not with the next second's request. */
  flush(): void;
}

export interface Settings {
  /** The publishable key, `pk_…`. */
  key: string;
  /** Where ConversionCRM is, e.g. `https://app.example.com`, without a slash at the end. */
  api: string;
  /** What holds before `consent` is called; without it, granted. */
  consent?: Consent;
  /** Global Privacy Control and Do Not Track mean no tracking, unless you say that you ignore them. */
  signals?: "ignore";
}

/** Starts tracking, once a page: a second start answers the first one's widget. In a browser only. */
export function start(settings: Settings): Widget;

declare global {
  interface Window {
    /** What the script tag makes; the ES module makes no global. */
    conversioncrm: Widget;
  }
}
