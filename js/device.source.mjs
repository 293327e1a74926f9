// What the page keeps on this device and takes from it: drafts with their history, the files of a drop, the files of
// the build for use without a network. src/ui/device.rs declares what is exported here. Nothing here sends anything.
import { deleteDB, openDB } from "idb";

// ---- Drafts -------------------------------------------------------------------------------------------------------
//
// A draft is a record in `drafts` (its files by number and path, when it was changed, its name) and a text a file in
// `texts`, so that typing into one of many files writes one text. What is told of its files, which were left out and why,
// is one more text. A tab of the browser works on one draft and holds a
// lock on it, so that two tabs never write into the same one. What could not be written before the page was left is
// put into the local storage, which writes at once, and is taken up at the next visit.

const DATABASE = "rubric-playground";
const KEPT_DRAFTS = 20;
const TAB = "rubric-playground.tab";
const UNSAVED = "rubric-playground.unsaved.";
/** Where versions before this one kept the only draft. */
const OLD_DRAFT = "rubric-playground.draft";
/** A database that does not open by then is not waited for. */
const OPENING_MILLISECONDS = 3_000;
const LARGEST_UNSAVED = 2_000_000;
/** The number of the text that tells of the files: src/ui/hooks/draft.rs. */
const NOTES = 0;

let opened;

// Asynchronous, so that a browser that forbids databases rejects and does not throw.
async function database() {
  opened ??= Promise.race([
    openDB(DATABASE, 1, {
      upgrade(made) {
        made.createObjectStore("drafts", { keyPath: "id" });
        made.createObjectStore("texts");
      },
      // A newer version of the page in another tab wants to change the database: do not stand in its way.
      blocking: (_current, _blocked, event) => event.target.close(),
      terminated: () => (opened = undefined),
    }),
    new Promise((_done, fail) => setTimeout(() => fail(new Error("the database does not open")), OPENING_MILLISECONDS)),
  ]);
  return opened;
}

/**
 * Reads or changes what the database has, in one go. What is asked of a transaction that was aborted fails with it, each
 * request by itself: the first failure is told, and no other goes unheard.
 */
async function within(mode, work) {
  const transaction = (await database()).transaction(["drafts", "texts"], mode);
  const asked = [transaction.done];
  const store = (name) => {
    const opened = transaction.objectStore(name);
    const ask = (method) => (...given) => {
      const answer = opened[method](...given);
      asked.push(answer);
      answer.catch(() => {});
      return answer;
    };
    return { count: ask("count"), get: ask("get"), getAll: ask("getAll"), put: ask("put"), delete: ask("delete") };
  };
  transaction.done.catch(() => {});
  try {
    const answer = await work(store("drafts"), store("texts"));
    await Promise.all(asked);
    return answer;
  } catch (error) {
    // What was begun is not kept by halves.
    attempt(() => transaction.abort());
    throw error;
  }
}

const attempt = (use) => {
  try {
    return use() ?? null;
  } catch {
    return null;
  }
};
const stored = (key) => attempt(() => localStorage.getItem(key));
const parsed = (text) => attempt(() => JSON.parse(text));

export function newDraftId() {
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

const lockName = (id) => `${DATABASE}.draft.${id}`;
let held = { id: null, release() {} };

/** Takes the lock of a draft and gives back the former one; false where another tab has it. */
export async function holdDraft(id) {
  if (held.id === id) return true;
  const release = await new Promise((answer) => {
    if (!navigator.locks) return answer(() => {});
    navigator.locks
      .request(lockName(id), { ifAvailable: true }, (lock) => {
        if (!lock) return answer(null);
        return new Promise((release) => answer(release));
      })
      .catch(() => answer(() => {}));
  });
  if (!release) return false;
  held.release();
  held = { id, release };
  attempt(() => sessionStorage.setItem(TAB, id));
  return true;
}

/** The page before a reload gives its lock back a moment later. */
async function holdSoon(id) {
  for (let tries = 0; tries < 8; tries++) {
    if (await holdDraft(id)) return true;
    await new Promise((done) => setTimeout(done, 60));
  }
  return false;
}

async function readDraft(id) {
  const record = await within("readonly", (drafts) => drafts.get(id)).catch(() => undefined);
  const newest = unsaved(id) ?? record;
  if (!newest?.files?.length) return null;
  const all = [...newest.files, { id: NOTES, text: newest.notes }];
  const texts = await within("readonly", (_, texts) =>
    Promise.all(all.map((file) => file.text ?? texts.get([id, file.id]))),
  ).catch(() => all.map((file) => file.text));
  const notes = texts.pop();
  const files = newest.files.map(({ path }, index) => ({ path, text: texts[index] ?? "" }));
  return { files, active: newest.active ?? 0, notes };
}

const shown = (id, { files, active, notes = "" }, copied) => ({
  id,
  texts: files.flatMap(({ path, text }) => [String(path), String(text)]),
  active,
  notes,
  copied,
});

/** The draft that this tab goes on with: `{id, texts: [path, text, …], active, notes, copied}`. */
export async function openDraft() {
  try {
    return await ownDraft();
  } catch {
    return shown(newDraftId(), { files: [], active: 0 }, false);
  }
}

async function ownDraft() {
  const own = attempt(() => sessionStorage.getItem(TAB));
  const old = parsed(stored(OLD_DRAFT));
  const fresh = async (draft, copied) => {
    const id = newDraftId();
    await holdDraft(id);
    return shown(id, draft ?? { files: [], active: 0 }, copied);
  };
  if (own) {
    const draft = await readDraft(own);
    if (draft && (await holdSoon(own))) return shown(own, draft, false);
    return fresh(draft, Boolean(draft));
  }
  if (old?.files) {
    attempt(() => localStorage.removeItem(OLD_DRAFT));
    return fresh(old, false);
  }
  const [newest] = await records();
  if (newest && (await holdDraft(newest.id))) {
    const draft = await readDraft(newest.id);
    if (draft) return shown(newest.id, draft, false);
  }
  return fresh(null, false);
}

/** The records of all drafts, the newest first; those that only the local storage has as well. */
async function records() {
  const found = await within("readonly", (drafts) => drafts.getAll()).catch(() => []);
  const known = new Set(found.map(({ id }) => id));
  attempt(() => {
    for (let index = 0; index < localStorage.length; index++) {
      const key = localStorage.key(index);
      const id = key.startsWith(UNSAVED) ? key.slice(UNSAVED.length) : null;
      if (id && !known.has(id)) found.push({ id, ...parsed(stored(key)) });
    }
  });
  return found.filter(({ files }) => files?.length).sort((one, other) => (other.changed ?? 0) - (one.changed ?? 0));
}

async function othersOpen() {
  const locks = await attempt(() => navigator.locks.query());
  return new Set((await locks)?.held?.map(({ name }) => name) ?? []);
}

let writing = Promise.resolve();
/** One write after the other: an older one must not overtake a newer one. */
const inTurn = (write) => (writing = writing.then(write, write));

/**
 * Writes a draft down: the files that it has (`[{id, path}]` as JSON), and the texts of those that have changed.
 * False where it could not be kept.
 */
export function saveDraft(id, filesJson, active, changedIds, changedTexts) {
  const files = JSON.parse(filesJson);
  const bytes = files.reduce((total, file) => total + file.size, 0);
  return inTurn(async () => {
    const write = within("readwrite", async (drafts, texts) => {
      const before = await drafts.get(id);
      const kept = new Set(files.map((file) => file.id));
      for (const file of before?.files ?? []) if (!kept.has(file.id)) texts.delete([id, file.id]);
      changedIds.forEach((file, index) => texts.put(changedTexts[index], [id, file]));
      const name = before?.name || unsaved(id)?.name || "";
      drafts.put({ id, name, changed: Date.now(), files, active, bytes });
    });
    const isWritten = await write.then(() => true, () => false);
    if (isWritten) attempt(() => localStorage.removeItem(UNSAVED + id));
    // Whatever becomes of older ones, this one is written or not; where it is not, the next one may find room.
    await forgetOldest(id).catch(() => {});
    return isWritten;
  });
}

/** Of too many drafts the oldest go, those that somebody named last of all. */
async function forgetOldest(current) {
  const count = await within("readonly", (drafts) => drafts.count()).catch(() => Infinity);
  if (count <= KEPT_DRAFTS) return;
  const open = await othersOpen();
  const old = (await records()).filter(({ id }) => id !== current && !open.has(lockName(id)));
  const inOrder = [...old.filter(({ name }) => name), ...old.filter(({ name }) => !name)];
  for (const { id } of inOrder.slice(KEPT_DRAFTS - 1)) await remove(id);
}

const unsaved = (id) => parsed(stored(UNSAVED + id));

/** Puts what is not written yet where it is written at once; false where there is no room for it. */
export function keepUnsaved(id, filesJson, active, notes) {
  if (filesJson.length + (notes?.length ?? 0) > LARGEST_UNSAVED) return false;
  return attempt(() => {
    const files = JSON.parse(filesJson);
    const name = unsaved(id)?.name;
    localStorage.setItem(UNSAVED + id, JSON.stringify({ files, active, notes, changed: Date.now(), name }));
    // A page that is left before the lock came would otherwise begin with an empty draft.
    sessionStorage.setItem(TAB, id);
    return true;
  }) === true;
}

/** Whether the browser lets the page keep anything at all. */
async function canKeep() {
  const probe = () => (localStorage.setItem(UNSAVED, "0"), localStorage.removeItem(UNSAVED), true);
  return attempt(probe) || database().then(() => true, () => false);
}

/** The history: `[{id, title, facts, current, elsewhere}]`, the newest first. Fails where nothing can be kept. */
export async function listDrafts() {
  await writing;
  if (!(await canKeep())) throw new Error("this browser keeps no drafts");
  const open = await othersOpen();
  const all = await records();
  return all.map(({ id, name, changed, files, bytes }) => {
    bytes ??= files.reduce((total, { size = 0 }) => total + size, 0);
    const paths = files.slice(0, 3).map(({ path }) => path).join(", ");
    const more = files.length > 3 ? `${paths} and ${files.length - 3} more` : paths;
    const size = bytes < 1e3 ? `${bytes} bytes` : bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${Math.round(bytes / 1e6)} MB`;
    const count = files.length === 1 ? "1 file" : `${files.length} files`;
    const current = id === held.id;
    const elsewhere = !current && open.has(lockName(id));
    const state = current ? " · shown now" : elsewhere ? " · open in another tab" : "";
    const when = changed ? ` · ${new Date(changed).toLocaleString()}` : "";
    return { id, title: name || more, facts: `${count} · ${size}${when}${state}`, current, elsewhere };
  });
}

/** A draft of the history, as [`openDraft`] gives it. One that is open elsewhere comes as a copy. */
export async function takeDraft(id) {
  await writing;
  const draft = await readDraft(id);
  if (!draft) throw new Error("this draft is no longer there");
  if (await holdDraft(id)) return shown(id, draft, false);
  const copy = newDraftId();
  await holdDraft(copy);
  return shown(copy, draft, true);
}

export const renameDraft = (id, name) =>
  inTurn(async () => {
    const draft = unsaved(id);
    if (draft) attempt(() => localStorage.setItem(UNSAVED + id, JSON.stringify({ ...draft, name })));
    await within("readwrite", async (drafts) => {
      const record = await drafts.get(id);
      if (record) drafts.put({ ...record, name });
    }).catch((error) => {
      if (!draft) throw error;
    });
  });

/** Takes a draft off the device; answers with what it was. */
async function remove(id) {
  const local = stored(UNSAVED + id);
  const taken = await within("readwrite", async (drafts, texts) => {
    const record = await drafts.get(id);
    const keys = [NOTES, ...(record?.files ?? []).map((file) => file.id)].map((number) => [id, number]);
    const kept = await Promise.all(keys.map((key) => texts.get(key)));
    drafts.delete(id);
    for (const key of keys) texts.delete(key);
    return { record, keys, texts: kept };
  }).catch((error) => {
    // Without a database the local storage has all of it.
    if (!local) throw error;
    return { texts: [] };
  });
  attempt(() => localStorage.removeItem(UNSAVED + id));
  return { id, local, ...taken };
}

let removed = null;

/** Takes a draft out of the history. The last one taken out can be put back. */
export const removeDraft = (id) =>
  inTurn(async () => {
    removed = await remove(id);
  });

export const restoreDraft = () =>
  inTurn(async () => {
    if (!removed) return;
    const { id, local, record, keys, texts: kept } = removed;
    if (local) attempt(() => localStorage.setItem(UNSAVED + id, local));
    if (record) {
      await within("readwrite", (drafts, texts) => {
        keys.forEach((key, index) => texts.put(kept[index] ?? "", key));
        drafts.put(record);
      });
    }
    removed = null;
  });

/** Takes everything that this page keeps off the device. */
export async function forgetEverything() {
  await inTurn(async () => {
    (await database().catch(() => null))?.close();
    opened = undefined;
    await deleteDB(DATABASE);
  });
  attempt(() => localStorage.clear());
  attempt(() => sessionStorage.clear());
}

// ---- Files from the device ----------------------------------------------------------------------------------------


/** The part of the page that unpacks archives and reads `.gitignore` files. */
export const loadIntake = () => once("intake.js", (address) => import(address));

// ---- What is loaded once the first screen stands ------------------------------------------------------------------

const loaded = new Map();

/** What `load` gives, once; what failed is loaded anew the next time. */
function once(name, load) {
  if (!loaded.has(name)) {
    const loading = load(new URL(name, document.baseURI).href);
    loading.catch(() => loaded.delete(name));
    loaded.set(name, loading);
  }
  return loaded.get(name);
}

/** The page's second module with its style: src/bin/later.rs. */
export const loadLater = () =>
  once("later.js", async (address) => {
    const style = new Promise((done, fail) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "later.css", onload: done });
      link.onerror = () => (link.remove(), fail(new Error("later.css does not load")));
      document.head.append(link);
    });
    const [module] = await Promise.all([import(address), style]);
    await module.default({ module_or_path: new URL("later_bg.wasm", address) });
    return module;
  });

/** The element that other sites embed, for its preview. */
export const loadEmbed = () => once("embed.js", (address) => import(address));

/** The text of a file beside the page, which both of its modules read. */
export const readBeside = (name) =>
  once(name, async (address) => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response.text();
  });

let running = null;
let turn = Promise.resolve();

/** What a drop holds; it must be asked for during the event. */
export function dropped(transfer) {
  const entries = [];
  const files = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    // A file of a drop that a script made has no entry, or one that cannot be read.
    if (entry?.isDirectory) entries.push(entry);
    else if (file) files.push(file);
    else if (entry) entries.push(entry);
  }
  return { files, entries };
}

/** What a field for files holds; it is emptied later. */
export const chosen = (list) => ({ files: [...list], entries: [] });

/**
 * Reads files and folders, one drop after the other: `isRead(path)` says what of a folder is read, `tell(done, total,
 * path)` hears how far it is. Answers `{texts: [path, text, …], skipped: [path, reason, …], latin: [path, …],
 * bundles: [name, text, …], settings: [path, text]}`, or nothing once it was cancelled.
 */
export function takeIn(given, isRead, tell) {
  const run = async () => {
    running = new AbortController();
    const { signal } = running;
    try {
      const { takeIn } = await loadIntake();
      return await takeIn(given, isRead, tell, signal);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    } finally {
      running = null;
    }
  };
  return (turn = turn.then(run, run));
}

/** A text in TOML as JSON: `[json]`, or `[null, line, column, message]`. */
export const readToml = async (text) => (await loadIntake()).readToml(text);

export const cancelTakeIn = () => running?.abort();

// ---- Without a network --------------------------------------------------------------------------------------------

let waiting = null;

/**
 * Has the browser keep the files of this build, so that the page works without a network. `tell` hears "kept" once
 * they are kept, "absent" where that cannot be done, and "newer" once the files of a newer build are there.
 */
export async function keepBuild(tell) {
  const container = navigator.serviceWorker;
  if (!container) return tell("absent");
  try {
    const registration = await container.register("service-worker.js", { updateViaCache: "none" });
    if (!registration) return tell("absent");
    const watch = (worker) => {
      const look = () => {
        if (worker.state === "activated") tell("kept");
        else if (worker.state === "redundant") tell("absent");
        else if (worker.state === "installed" && container.controller) {
          waiting = worker;
          tell("newer");
        }
      };
      worker.addEventListener("statechange", look);
      look();
    };
    if (registration.active) tell("kept");
    if (registration.waiting && container.controller) watch(registration.waiting);
    if (registration.installing) watch(registration.installing);
    registration.addEventListener("updatefound", () => registration.installing && watch(registration.installing));
  } catch {
    tell("absent");
  }
}

/** Takes over the newer build and loads the page again. */
export function takeNewer() {
  if (!waiting) return location.reload();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage("take over");
}
