const PATHS: Record<string, string> = {
  contacts: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 8c0-3.3 2.7-5.5 6-5.5s6 2.2 6 5.5M16 4.4a3.5 3.5 0 0 1 0 6.2M17.5 14c2.1.7 3.5 2.5 3.5 5",
  setup: "M4 12.5 9 17 20 6M4 6h7M15 18h5",
  today: "M12 3v2M12 19v2M4.2 4.2l1.4 1.4M18.4 18.4l1.4 1.4M3 12h2M19 12h2M4.2 19.8l1.4-1.4M18.4 5.6l1.4-1.4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z",
  stages: "M4 5h16M7 12h10M10 19h4",
  rules: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5v5M8 14.5v5",
  emails: "M3.5 6h17v12h-17ZM4 7l8 6 8-6",
  settings: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM19 12l2-1-1.6-3.4-2.1.8-1.6-1.2L15.400 5h-3.800l-.6 2.200-1.700.9-2.100-.8L5 10.600l1.600 1.400L5 13.400l2 3.300 2.100-.8 1.700.9.6 2.200h3.800l.5-2.200 1.600-1.200 2.100.8L21 13Z",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 8.500c0-3.800 3.600-6 8-6s8 2.200 8 6",
};

/** A line drawing that says nothing which the text beside it does not. */
export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M8 21.500l5.200-5.400 3.600 3.400L24 11" />
      <circle cx="24" cy="11" r="2.600" />
    </svg>
  );
}
