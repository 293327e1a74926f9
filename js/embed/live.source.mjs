// Runs in the hidden frame `live.html`: takes code from the examples of a page, has the one worker check it, and gives the
// reports back. Each example has a port of its own; of what it asks, the newest waits. Nothing here sends anything elsewhere.

const LIMIT_MILLISECONDS = 5_000;
const START_LIMIT_MILLISECONDS = 30_000;

/** Who asks: the port, and the request that waits. */
const askers = new Set();
let worker = null;
let ready = false;
let current = null;
let number = 0;
let timer = 0;
let broken = null;

const SLOW = "it took more than 5 seconds for this text and was started again.";
const CRASHED = "it stopped on this text and was started again.";

function start() {
  ready = false;
  worker = new Worker(new URL("../../worker_loader.js", import.meta.url), { type: "module" });
  worker.onmessage = receive;
  worker.onerror = (event) => {
    event.preventDefault();
    fail(ready ? CRASHED : "its files did not load.");
  };
  timer = setTimeout(() => fail("it took too long to load."), START_LIMIT_MILLISECONDS);
}

function receive({ data }) {
  if (data === null) {
    clearTimeout(timer);
    ready = true;
    for (const asker of askers) asker.port.postMessage("ready");
    return next();
  }
  const [answered, milliseconds, ...reports] = data;
  // Without a time it only says how far it is.
  if (answered !== number || !current || milliseconds === null) return;
  clearTimeout(timer);
  const { asker } = current;
  current = null;
  if (!asker.waiting) asker.port.postMessage({ reports: reports.map((json) => JSON.parse(json)) });
  next();
}

function next() {
  if (current || !ready) return;
  for (const asker of askers) {
    if (!asker.waiting) continue;
    // To the end of the line: one example that is typed into must not keep the others waiting.
    askers.delete(asker);
    askers.add(asker);
    current = { asker, sets: asker.waiting };
    asker.waiting = null;
    number += 1;
    timer = setTimeout(() => fail(SLOW), LIMIT_MILLISECONDS);
    worker.postMessage([number, JSON.stringify({ settings: {}, sets: current.sets })]);
    return;
  }
}

/** A worker that was ready is replaced; the text that it failed on is not sent again. */
function fail(why) {
  clearTimeout(timer);
  worker.onmessage = worker.onerror = null;
  worker.terminate();
  const failed = current;
  current = null;
  if (!ready) {
    broken = why;
    for (const asker of askers) asker.port.postMessage({ failed: why });
    return;
  }
  failed?.asker.port.postMessage({ failed: why });
  start();
}

addEventListener("message", ({ data, ports }) => {
  if (data?.rubric !== "connect" || !ports[0]) return;
  const asker = { port: ports[0], waiting: null };
  askers.add(asker);
  // Only who knows the word is told: version 1.0.0 takes whatever is not 'ready' for a failure.
  if (data.tell && !ready) asker.port.postMessage("here");
  asker.port.onmessage = ({ data: asked }) => {
    if (!Array.isArray(asked?.sets)) return;
    asker.waiting = asked.sets;
    next();
  };
  if (broken) {
    // A later connection is a new attempt.
    broken = null;
    start();
  } else if (ready) asker.port.postMessage("ready");
});

start();
