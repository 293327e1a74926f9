// Takes in what somebody drops or picks: files, folders, zip archives. A chunk of its own, since few visits need it;
// js/device.source.mjs fetches it while the page is idle, before requests are counted.
//
// What it answers is bounded whatever it is given: by files, by bytes a file and by bytes in all. What is left out is
// listed with the reason.
import { Inflate } from "fflate";
import ignore from "ignore";
import { parse } from "smol-toml";

export const LIMITS = {
  /** Larger files are no source code. */
  fileBytes: 2_000_000,
  totalBytes: 24_000_000,
  files: 3_000,
  /** An archive is held in memory while it is unpacked. */
  archiveBytes: 100_000_000,
  /** How far a folder is walked, whatever is in it. */
  walkedFiles: 100_000,
  /** A bundle holds the texts of all files, escaped as JSON. */
  bundleBytes: 32_000_000,
};

const REASON = {
  ignored: "named by a .gitignore",
  foreign: "a folder of other people's code or of a tool (third_party, node_modules, virtual environments, hidden folders)",
  kind: "of a kind that no rule reads",
  binary: "not text: it has a NUL byte",
  large: "larger than 2 MB",
  total: "over the limit of 24 MB in all",
  count: "over the limit of 3,000 files",
  outside: "its path leads out of the archive",
  archive: "an archive larger than 100 MB",
  notArchive: "not a zip archive that can be read",
  packed: "packed in a way that cannot be read here",
  damaged: "damaged, or larger than the archive says",
  unreadable: "it could not be read",
  bundle: "a bundle larger than 32 MB",
  walked: "the folder has more than 100,000 files",
  settings: "settings of a part: those of the outermost folder are offered",
  twice: "there is another file with this path",
};

/** What is left out for these is no part of what somebody wants to have checked; the rest was missed. */
const ON_PURPOSE = new Set([REASON.ignored, REASON.foreign, REASON.kind, REASON.settings, REASON.twice]);

const decoder = new TextDecoder("utf-8", { fatal: true });

/** What is not UTF-8 is Latin-1, in which every byte is a character, as on the command line. */
function decode(bytes) {
  try {
    return { text: decoder.decode(bytes), latin: false };
  } catch {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return { text, latin: true };
  }
}

const folderOf = (path) => path.slice(0, path.lastIndexOf("/") + 1);

/** A path of an archive or a drop with `/` and without empty, `.` or `..` steps; nothing where it leads outside. */
export function safePath(given) {
  if (given.startsWith("/") || /^[a-z]:/i.test(given) || given.includes("\0")) return null;
  const steps = [];
  for (const step of given.replaceAll("\\", "/").split("/")) {
    if (step === "..") {
      if (steps.pop() === undefined) return null;
    } else if (step !== "" && step !== ".") steps.push(step);
  }
  return steps.join("/");
}

/** Lets the page draw and react; throws once the run was cancelled. */
class Pace {
  constructor(signal) {
    this.signal = signal;
    this.since = performance.now();
  }
  async rest() {
    this.signal.throwIfAborted();
    if (performance.now() - this.since < 12) return;
    await new Promise((done) => setTimeout(done));
    this.since = performance.now();
    this.signal.throwIfAborted();
  }
}

// ---- What was given, as a flat list of `{ path, size, bytes() }` --------------------------------------------------

const ofFile = (file, path) => ({ path, size: file.size, bytes: async () => new Uint8Array(await file.arrayBuffer()) });

const promised = (start) => new Promise((done, fail) => start(done, fail));

/** Walks a dropped folder. Folders that are left out anyway are not entered. */
async function walk(entry, path, isRead, out, skipped, pace, tell) {
  await pace.rest();
  if (entry.isFile) {
    try {
      out.push(ofFile(await promised((done, fail) => entry.file(done, fail)), path));
      tell(out.length, 0, path);
    } catch {
      skipped.push([path, REASON.unreadable]);
    }
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    let batch;
    try {
      batch = await promised((done, fail) => reader.readEntries(done, fail));
    } catch {
      skipped.push([`${path}/`, REASON.unreadable]);
      return;
    }
    if (batch.length === 0) return;
    for (const child of batch) {
      const below = `${path}/${child.name}`;
      if (out.length >= LIMITS.walkedFiles) {
        skipped.push([below, REASON.walked]);
        return;
      }
      if (child.isDirectory && !isRead(`${child.name}/`)) skipped.push([`${below}/`, REASON.foreign]);
      else await walk(child, below, isRead, out, skipped, pace, tell);
    }
  }
}

/** What the page itself gives away as a file: it is opened as a whole, and is no file of a project. */
const isBundle = (file) => /\.rubric\.json$/i.test(file.name);

const isArchive = (file) => /\.zip$/i.test(file.name);

const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function checksum(bytes) {
  let sum = ~0;
  for (const byte of bytes) sum = (sum >>> 8) ^ CHECKSUMS[(sum ^ byte) & 255];
  return ~sum >>> 0;
}

/** How much is inflated before it is counted: at most a thousand times as much comes out. */
const INFLATED_AT_ONCE = 4096;

/** Inflates at most `size` bytes, counting on the way: what an archive says of itself is not believed. */
function inflate(packed, size) {
  const out = new Uint8Array(size);
  let length = 0;
  const inflating = new Inflate((chunk) => {
    if (length + chunk.length > size) throw new Error(REASON.damaged);
    out.set(chunk, length);
    length += chunk.length;
  });
  for (let at = 0; at < packed.length; at += INFLATED_AT_ONCE) {
    inflating.push(packed.subarray(at, at + INFLATED_AT_ONCE), at + INFLATED_AT_ONCE >= packed.length);
  }
  if (length !== size) throw new Error(REASON.damaged);
  return out;
}

const DIRECTORY_END = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;

/**
 * The list of an archive, as it stands at its end. fflate reads it as well, but inflates whole entries without
 * counting and without checking them.
 */
function* directory(packed) {
  const view = new DataView(packed.buffer);
  let end = packed.length - 22;
  // A comment of at most 65,535 bytes may stand behind.
  while (end >= 0 && end > packed.length - 65_558 && view.getUint32(end, true) !== DIRECTORY_END) end--;
  if (end < 0 || view.getUint32(end, true) !== DIRECTORY_END) throw new Error(REASON.notArchive);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index++) {
    if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw new Error(REASON.notArchive);
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = decode(packed.subarray(at + 46, at + 46 + lengths[0])).text;
    const [flags, compression] = [8, 10].map((offset) => view.getUint16(at + offset, true));
    const [sum, packedSize, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true));
    yield { name, encrypted: (flags & 1) === 1, compression, sum, packedSize, size, header: view.getUint32(at + 42, true) };
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
}

function unpack(packed, { compression, sum, packedSize, size, header }) {
  const view = new DataView(packed.buffer);
  if (view.getUint32(header, true) !== LOCAL_HEADER) throw new Error(REASON.damaged);
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  const content = packed.subarray(start, start + packedSize);
  const bytes = compression === 0 ? content : inflate(content, size);
  if (bytes.length !== size || checksum(bytes) !== sum) throw new Error(REASON.damaged);
  return bytes;
}

/** The entries of an archive, not unpacked yet. */
async function openArchive(file, skipped, pace) {
  if (file.size > LIMITS.archiveBytes) {
    skipped.push([file.name, REASON.archive]);
    return [];
  }
  const packed = new Uint8Array(await file.arrayBuffer());
  const entries = [];
  try {
    for (const item of directory(packed)) {
      await pace.rest();
      if (item.name.endsWith("/")) continue;
      const path = safePath(item.name);
      if (!path) skipped.push([item.name, REASON.outside]);
      else if (item.encrypted || (item.compression !== 0 && item.compression !== 8)) skipped.push([path, REASON.packed]);
      else {
        const bytes = async () => {
          try {
            return unpack(packed, item);
          } catch {
            throw new Error(REASON.damaged);
          }
        };
        entries.push({ path, size: item.size, bytes });
      }
    }
  } catch {
    pace.signal.throwIfAborted();
    skipped.push([file.name, REASON.notArchive]);
  }
  return entries;
}

// ---- What of it is wanted -----------------------------------------------------------------------------------------

/** The path without the one folder that all have in common, if there is one. */
function withoutRoot(entries) {
  const roots = new Set(entries.map(({ path }) => path.slice(0, path.indexOf("/") + 1)));
  const [root] = roots;
  if (roots.size !== 1 || root === "") return;
  for (const entry of entries) entry.path = entry.path.slice(root.length);
}

/** Leaves out what the command line leaves out of a folder. */
async function sift(entries, isRead, skipped, pace) {
  const environments = new Set(entries.filter(({ path }) => /(^|\/)pyvenv\.cfg$/.test(path)).map(({ path }) => folderOf(path)));
  // Such as vendor/models.py: a module directly in a folder.
  const withModules = new Set(entries.filter(({ path }) => /\.py$/.test(path) && !/(^|\/)__init__\.py$/.test(path)).map(({ path }) => folderOf(path)));
  const walked = new Map();
  const isLeftOut = (step, folder) => {
    if (!walked.has(step)) walked.set(step, isRead(`${step}/`));
    return walked.get(step) === 0 || (walked.get(step) === 2 && !withModules.has(folder)) || environments.has(folder);
  };
  const foreign = new Set();
  const kept = [];
  const ignores = [];
  for (const entry of entries) {
    const steps = entry.path.split("/").slice(0, -1);
    let folder = "";
    let out = null;
    for (const step of steps) {
      folder += `${step}/`;
      if (isLeftOut(step, folder)) {
        out = folder;
        break;
      }
    }
    if (out === null) kept.push(entry);
    else foreign.add(out);
  }
  for (const folder of foreign) skipped.push([folder, REASON.foreign]);
  for (const entry of kept) {
    if (!/(^|\/)\.gitignore$/.test(entry.path) || entry.size > LIMITS.fileBytes) continue;
    await pace.rest();
    try {
      ignores.push({ folder: folderOf(entry.path), rules: ignore({ ignorecase: false }).add(decode(await entry.bytes()).text) });
    } catch {
      skipped.push([entry.path, REASON.unreadable]);
    }
  }
  // The nearest file to a path has the last word, as git has it.
  ignores.sort((one, other) => one.folder.length - other.folder.length);
  const wanted = [];
  for (const entry of kept) {
    await pace.rest();
    let ignored = false;
    for (const { folder, rules } of ignores) {
      if (!entry.path.startsWith(folder)) continue;
      const verdict = rules.test(entry.path.slice(folder.length));
      if (verdict.ignored) ignored = true;
      else if (verdict.unignored) ignored = false;
    }
    if (ignored) skipped.push([entry.path, REASON.ignored]);
    else if (/(^|\/)\.gitignore$/.test(entry.path)) continue;
    else if (!isRead(entry.path)) skipped.push([entry.path, REASON.kind]);
    else wanted.push(entry);
  }
  return wanted;
}

const isSettings = ({ path }) => /(^|\/)rubric\.toml$/.test(path);

/**
 * Takes the settings out of the entries: the nearest file to all that is opened, which is the one in the outermost
 * folder. The command line takes it too, and asks no `.gitignore` about it.
 */
async function takeSettings(sets, isRead, skipped) {
  const depth = ({ path }) => path.split("/").length;
  const found = sets.flat().filter(isSettings).sort((one, other) => depth(one) - depth(other));
  const [nearest, ...others] = found.filter(({ path, size }) => size <= LIMITS.fileBytes && path.split("/").slice(0, -1).every((step) => isRead(`${step}/`)));
  for (const set of sets) set.splice(0, set.length, ...set.filter((entry) => !isSettings(entry)));
  for (const { path } of others) skipped.push([path, REASON.settings]);
  if (!nearest) return [];
  try {
    return [nearest.path, decode(await nearest.bytes()).text];
  } catch {
    skipped.push([nearest.path, REASON.unreadable]);
    return [];
  }
}

/** Applies the limits by the stated sizes, before anything is read. */
function limit(entries, skipped) {
  let total = 0;
  const seen = new Set();
  return entries
    .sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0))
    .filter((entry) => {
      const refuse = (reason) => {
        skipped.push([entry.path, reason]);
        return false;
      };
      if (seen.has(entry.path)) return refuse(REASON.twice);
      seen.add(entry.path);
      if (entry.size > LIMITS.fileBytes) return refuse(REASON.large);
      if (seen.size > LIMITS.files) return refuse(REASON.count);
      if (total + entry.size > LIMITS.totalBytes) return refuse(REASON.total);
      total += entry.size;
      return true;
    });
}

/**
 * Takes in files (with their folders' paths, if they have any) and dropped entries.
 * `isRead(path)` says whether a file of a folder is read, or a folder (`name/`) is walked: 0 for no, 2 for a folder that is
 * walked if modules stand directly in it; `tell(done, total, path)` hears how far it is.
 */
export async function takeIn({ files, entries }, isRead, tell, signal) {
  const pace = new Pace(signal);
  const skipped = [];
  const latin = [];
  const named = [];
  const bundles = [];
  const sets = [];
  tell(0, 0, "");
  for (const entry of entries) {
    if (entry.isFile) {
      try {
        files.push(await promised((done, fail) => entry.file(done, fail)));
      } catch {
        skipped.push([entry.name, REASON.unreadable]);
      }
    } else {
      const out = [];
      await walk(entry, entry.name, isRead, out, skipped, pace, tell);
      sets.push(out);
    }
  }
  const picked = [];
  for (const file of files) {
    if (isBundle(file) && !file.webkitRelativePath) {
      if (file.size > LIMITS.bundleBytes) skipped.push([file.name, REASON.bundle]);
      else bundles.push(file.name, decode(new Uint8Array(await file.arrayBuffer())).text);
    } else if (isArchive(file)) sets.push(await openArchive(file, skipped, pace));
    else if (file.webkitRelativePath) picked.push(ofFile(file, safePath(file.webkitRelativePath) ?? file.name));
    else named.push(ofFile(file, file.name));
  }
  if (picked.length) sets.push(picked);
  // Of one folder the paths are relative to it, as on the command line; of several their names keep them apart.
  if (sets.length === 1 && named.length === 0) {
    const before = skipped.length;
    withoutRoot(sets[0]);
    const root = entries[0]?.name;
    for (const item of skipped.slice(0, before)) if (root && item[0].startsWith(`${root}/`)) item[0] = item[0].slice(root.length + 1);
  }
  const settings = await takeSettings([named, ...sets], isRead, skipped);
  const wanted = limit([...named, ...(await sift(sets.flat(), isRead, skipped, pace))], skipped);
  const found = new Array(wanted.length);
  let next = 0;
  let done = 0;
  const read = async () => {
    while (next < wanted.length) {
      const at = next++;
      const { path } = wanted[at];
      await pace.rest();
      let bytes;
      try {
        bytes = await wanted[at].bytes();
      } catch (error) {
        skipped.push([path, error?.message === REASON.damaged ? REASON.damaged : REASON.unreadable]);
      }
      wanted[at].bytes = null;
      if (bytes?.includes(0)) skipped.push([path, REASON.binary]);
      else if (bytes) {
        const { text, latin: isLatin } = decode(bytes);
        if (isLatin) latin.push(path);
        found[at] = [path, text];
      }
      tell(++done, wanted.length, path);
    }
  };
  // Some at once, since each waits for the disk.
  await Promise.all(Array.from({ length: 4 }, read));
  signal.throwIfAborted();
  const missed = skipped.filter(([path, reason]) => !ON_PURPOSE.has(reason) && isRead(path));
  return { texts: found.filter(Boolean).flat(), skipped: skipped.flat(), missed: missed.flat(), latin, bundles, settings };
}

/** A text in TOML as JSON: `[json]`, or `[null, line, column, message]`. */
export function readToml(text) {
  try {
    return [JSON.stringify(parse(text))];
  } catch (error) {
    const message = error.message.split("\n")[0].replace(/^Invalid TOML document: /, "");
    return [null, error.line ?? 1, error.column ?? 1, message];
  }
}
