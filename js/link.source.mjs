// The text of a share link: JSON, compressed by the browser, as letters that an address may have. The version of the
// format stands before it. src/ui/packing.rs declares what is exported here. Nothing here sends anything.

const VERSION = "1";

/** The text of a link behind its `?`. */
export async function pack(text) {
  const bytes = await piped(new TextEncoder().encode(text), new CompressionStream("deflate-raw"), Infinity);
  let binary = "";
  // An argument a byte: in one go, many would overflow the stack.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return VERSION + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * What a link carries. Fails with "version N" for one of another version, with "large" for one that unpacks to more
 * than `limit` bytes, and with "broken" for everything else that is no link.
 */
export async function unpack(code, limit) {
  const version = code[0];
  if (!/[0-9]/.test(version ?? "")) throw "broken";
  if (version !== VERSION) throw `version ${version}`;
  let bytes;
  try {
    const binary = atob(code.slice(VERSION.length).replaceAll("-", "+").replaceAll("_", "/"));
    bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  } catch {
    throw "broken";
  }
  try {
    const text = await piped(bytes, new DecompressionStream("deflate-raw"), limit);
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch (error) {
    throw error === "large" ? error : "broken";
  }
}

/** Sends bytes through a stream, and stops once more than `limit` come out. */
async function piped(bytes, stream, limit) {
  const writer = stream.writable.getWriter();
  // What is wrong with the bytes is told by the reader as well; here it must only not go unhandled.
  const written = writer.write(bytes).then(() => writer.close()).catch(() => {});
  const reader = stream.readable.getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      await reader.cancel().catch(() => {});
      throw "large";
    }
    parts.push(value);
  }
  await written;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
