// A site that embeds examples, for the tests: pages given as text, served from an origin of its own with its own policy.
import { createServer } from "node:http";

/** Starts a server for `{path: html}`; a function is called with the request's address. Answers as `serve` does. */
export async function serveHost(pages, { policy } = {}) {
  const server = createServer((request, response) => {
    // Browsers ask for it by themselves.
    if (request.url === "/favicon.ico") return response.writeHead(204).end();
    const page = pages[new URL(request.url, "http://localhost").pathname];
    if (page === undefined) return response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      ...(policy ? { "content-security-policy": policy } : {}),
    });
    response.end(page);
  });
  await new Promise((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
