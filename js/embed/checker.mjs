// The checker, shared by all examples of a page: one hidden frame of the playground's own origin, with one worker in it. A
// worker cannot be made from another origin's script, and a frame needs nothing of the host but `frame-src`; the code goes
// to it by message and to no server.
import { FORMAT } from "./version.mjs";

/** For the frame to say that it is there, and then for its worker, which is large, to be loaded. */
const ANSWER_LIMIT_MILLISECONDS = 20_000;
const START_LIMIT_MILLISECONDS = 40_000;
/** How long the frame stays when no example needs it: somebody may only have turned a page. */
const LINGER_MILLISECONDS = 10_000;

let started = null;
let shown = null;
let connections = 0;
let ending = 0;

/** Ends the frame, and the worker with it, once no example has been connected for a while. */
function release() {
  connections -= 1;
  if (connections) return;
  ending = setTimeout(() => {
    shown?.remove();
    started = shown = null;
  }, LINGER_MILLISECONDS);
}

function start(root) {
  const address = new URL(`embed/${FORMAT}/live.html`, root);
  return new Promise((done, fail) => {
    const frame = (shown = document.createElement("iframe"));
    frame.title = "Checker of the code examples";
    frame.setAttribute("aria-hidden", "true");
    frame.tabIndex = -1;
    frame.style.setProperty("display", "none", "important");
    const end = () => {
      clearTimeout(timer);
      document.removeEventListener("securitypolicyviolation", refused);
    };
    const giveUp = (what) => {
      end();
      frame.remove();
      fail(new Error(what));
    };
    const refused = (event) => {
      if (/^(frame|child|default)-src/.test(event.effectiveDirective) && event.blockedURI.startsWith(address.origin)) {
        giveUp(`This page's policy allows no frame of ${address.origin}, in which the checker runs.`);
      }
    };
    const limit = (milliseconds) => setTimeout(() => giveUp(`The checker at ${address.origin} does not answer. Check the connection and try again.`), milliseconds);
    let timer = limit(ANSWER_LIMIT_MILLISECONDS);
    document.addEventListener("securitypolicyviolation", refused);
    frame.addEventListener("load", () => {
      // A refused frame loads as well: as an empty page of no origin.
      if (!frame.isConnected) return;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        if (data === "here") {
          clearTimeout(timer);
          timer = limit(START_LIMIT_MILLISECONDS);
          return;
        }
        if (data !== "ready") return giveUp(`The checker could not be loaded: ${data.failed}`);
        end();
        done(frame.contentWindow);
      };
      frame.contentWindow.postMessage({ rubric: "connect", tell: true }, address.origin, [port2]);
    });
    frame.src = address;
    document.body.append(frame);
    // What failed is tried again when somebody asks again.
  }).catch((error) => {
    started = null;
    throw error;
  });
}

/** A way to the checker for one example. `reply` is called with `{reports}` or with `{failed}`. */
export async function connect(root, reply) {
  // A sandbox without an origin is handed down to every frame, and a page without an origin may start no worker.
  if (self.origin === "null" && location.protocol !== "file:") {
    throw new Error("This page is in a sandbox without `allow-same-origin`, in which the checker cannot run. Open the example in the playground instead.");
  }
  clearTimeout(ending);
  connections += 1;
  started ??= start(root);
  let checker;
  try {
    checker = await started;
  } catch (error) {
    release();
    throw error;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => {
    if (data !== "ready") reply(data);
  };
  checker.postMessage({ rubric: "connect" }, new URL(root).origin, [port2]);
  return {
    check: (sets) => port1.postMessage({ sets }),
    close() {
      port1.close();
      release();
    },
  };
}
