// The page of the <iframe> form: `embed.html?rule=C5&view=pair`. The attributes of the element stand in the address; an
// author's own code stands behind its `#`, packed as in a share link. The page tells its height to whoever shows it.
import { unpack } from "../link.source.mjs";

const LARGEST = 8_000_000;
const NAMES = ["rule", "view", "theme", "height", "editable", "label"];

const asked = new URLSearchParams(location.search);
const title = document.createElement("h1");
title.className = "title";
title.textContent = `Code example${asked.get("rule") ? ` of ${asked.get("rule")}` : ""}`;
const example = document.createElement("rubric-example");
for (const name of NAMES) if (asked.has(name)) example.setAttribute(name, asked.get(name));

const code = location.hash.slice(1);
if (code) {
  try {
    const { files, findings } = JSON.parse(await unpack(code, LARGEST));
    for (const { path, text, side } of files) {
      const block = document.createElement("pre");
      block.dataset.path = path;
      if (side) block.dataset.side = side;
      block.textContent = text;
      // What was found goes along where the code was checked; addresses from before version 1.1.0 have none.
      block.toggleAttribute("data-checked", Boolean(findings));
      example.append(block);
    }
    for (const finding of findings ?? []) {
      const item = document.createElement("li");
      for (const [name, value] of Object.entries(finding)) item.dataset[name] = value;
      item.textContent = finding.message;
      example.append(item);
    }
  } catch {
    example.removeAttribute("rule");
    const said = document.createElement("p");
    said.textContent = "The code in this frame's address cannot be read. It may have been cut on its way.";
    example.append(said);
  }
}
// No landmark: the page that shows the frame has its own.
const shown = document.createElement("div");
shown.id = "shown";
shown.append(title, example);
document.body.append(shown);
await import("../../embed.js");

/** The message is documented: a host may rely on it. Before the example is drawn there is nothing to tell. */
const tell = () => {
  const height = Math.ceil(shown.getBoundingClientRect().height);
  if (height) parent.postMessage({ type: "rubric-example:height", height }, "*");
};
if (parent !== window) new ResizeObserver(tell).observe(shown);
