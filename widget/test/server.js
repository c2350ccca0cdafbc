import { createServer } from "node:http";

/**
 * A server in place of POST /api/track. It keeps what it was sent as `requests`, and answers each with what
 * `answer(body, number)` returns: a status, [status, headers], "drop" to hang up
 * without an answer, or "wait" to give none. A body that is no JSON is undefined.
 */
export async function startServer(answer = () => 200) {
  const requests = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { method, url, headers } = request;
    const body = parsed(text);
    requests.push({ method, url, headers, text, body });
    const reply = answer(body, requests.length);
    if (reply === "wait") return;
    if (reply === "drop") return request.socket.destroy();
    const [status, extra] = [reply].flat();
    response.writeHead(status, extra).end("{}");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    requests,
    events: () => requests.flatMap(({ body }) => body?.batch ?? []),
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => (server.closeAllConnections(), server.close()),
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
