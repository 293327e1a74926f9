// Serves a folder of static files, for `make serve` and for the tests:
//   node js/serve.mjs dist [--port 8080] [--under /docs/rubric/] [--header-policy]
// --header-policy sends the policy of each page's <meta> as a header too, as a host that can should; what is no page gets
// that of index.html. Other origins may read everything, since other sites embed examples from here.
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".png": "image/png",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** Starts a server; answers with its address and a way to stop it. */
export async function serve(folder, { port = 0, under = "/", headerPolicy = false } = {}) {
  const root = resolve(folder);
  const policyOf = async (file) =>
    /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(await readFile(file, "utf8"))?.[1];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const refuse = (status, text) => response.writeHead(status, { "content-type": "text/plain" }).end(text);
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "only GET and HEAD");
    if (!path.startsWith(under)) return refuse(404, `the page is at ${under}`);
    const file = join(root, path.slice(under.length), path.endsWith("/") ? "index.html" : "");
    if (file !== root && !file.startsWith(root + sep)) return refuse(404, "not found");
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) return refuse(404, "not found");
    const policy = headerPolicy && (await policyOf(file.endsWith(".html") ? file : join(root, "index.html")));
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": found.size,
      "cache-control": "no-cache",
      "access-control-allow-origin": "*",
      ...(policy ? { "content-security-policy": policy } : {}),
    });
    if (request.method === "HEAD") return response.end();
    createReadStream(file).pipe(response);
  });
  await new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}${under}`, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string", default: process.env.PORT ?? "8080" },
      under: { type: "string", default: "/" },
      "header-policy": { type: "boolean", default: false },
    },
  });
  const { url } = await serve(positionals[0] ?? "dist", {
    port: Number(values.port),
    under: values.under,
    headerPolicy: values["header-policy"],
  });
  console.log(`Rubric Playground: ${url}`);
}
