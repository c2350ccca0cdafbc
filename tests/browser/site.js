import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const stub = readFileSync(new URL("../../widget/dist/stub.js", import.meta.url));

/** The script tag as docs/widget.md gives it. */
export const tag = ({ api, key, file = "widget.js", attributes = "" }) =>
  `<script async src="${api}/${file}" data-key="${key}" ${attributes}></script>`;

const html = (head, body = "") => `<!doctype html>
<html lang="en">
  <head><title>Acme</title><link rel="icon" href="data:,">${head}</head>
  <body><form method="post" action="/form"><button id="post">Post</button></form>${body}</body>
</html>`;

/**
 * A founder's site with the widget on every page. `pages` holds what differs, by path: {head, body, headers}.
 * `seen` are the paths that were asked for. /stub.js is the stub, /slow never answers. It is reached at `origin`, and at `elsewhere` as another origin.
 */
export async function startSite(script) {
  const pages = {};
  const seen = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    request.resume();
    seen.push(pathname);
    if (pathname === "/slow") return;
    if (pathname === "/stub.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(stub);
    const { head = tag(script), body, headers, file } = pages[pathname] ?? {};
    response.writeHead(200, { "content-type": file ? "text/javascript" : "text/html; charset=utf-8", ...headers });
    response.end(file ?? html(head, body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  return {
    pages,
    seen,
    origin: `http://127.0.0.1:${port}`,
    elsewhere: `http://localhost:${port}`,
    close: () => (server.closeAllConnections(), server.close()),
  };
}
