import { once } from "node:events";
import { createServer } from "node:http";

const OWN = { "access-control-allow-origin": "*", "access-control-expose-headers": "Retry-After" };
const HOP_BY_HOP = ["connection", "host", "content-length", "transfer-encoding", "content-encoding", "keep-alive"];

const forwardable = (headers) => Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name));

/**
 * Stands between a page and the real API, so that one page's faults are nobody else's. `faults.next(body)` says what a
 * request for /api/track meets: nothing, a status, [status, headers], "refuse" (not forwarded, no answer), "lose"
 * (forwarded, no answer), "hang", or a number of milliseconds as {late}. `requests` are the batches that came.
 */
export async function startProxy(target) {
  const faults = { next: () => undefined };
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray().catch(() => undefined);
    if (!chunks) return; // the page is gone, and with it its request
    const body = Buffer.concat(chunks);
    let fault;
    if (request.url === "/api/track") {
      const { batch, sentAt } = JSON.parse(body);
      // By the page's clock: how long a busy machine takes to bring it here says nothing of the page.
      requests.push({ at: Date.parse(sentAt), batch, bytes: body.length });
      fault = faults.next(batch);
    }
    if (fault?.late) await new Promise((over) => setTimeout(over, fault.late));
    if (fault === "hang") return;
    if (fault === "refuse") return request.socket.destroy();
    if (typeof fault === "number" || Array.isArray(fault)) {
      const [status, headers] = [fault].flat();
      return response.writeHead(status, { ...OWN, ...headers }).end("{}");
    }
    const answer = await forward(target, request, body);
    if (fault === "lose") return request.socket.destroy();
    response.writeHead(answer.status, Object.fromEntries(forwardable(Object.fromEntries(answer.headers))));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    faults,
    requests,
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => (server.closeAllConnections(), server.close()),
  };
}

/** The answer of the real API, whether or not the page still waits for it. */
const forward = (target, { url, method, headers }, body) =>
  fetch(target + url, { method, headers: forwardable(headers), body: body.length ? body : undefined });
