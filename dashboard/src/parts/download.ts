/** Hands something to whoever looks at the page, as a file. */
export function download(name: string, held: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(held, null, 2)], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // a browser may ask where to before it reads it
}
