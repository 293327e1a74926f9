// Loads the page's WebAssembly, and says what is wrong where that fails.
const say = (text) => {
  const line = document.getElementById("loading");
  if (line) line.textContent = text;
  const status = document.querySelector(".status");
  if (line && status) status.textContent = "not loaded";
};

const { js, wasm } = document.querySelector("script[data-js]").dataset;
if (typeof WebAssembly !== "object") {
  say("This page checks your code inside the browser with WebAssembly, which this browser does not offer or does not allow.");
} else {
  try {
    const { default: init } = await import(new URL(js, document.baseURI));
    await init({ module_or_path: new URL(wasm, document.baseURI) });
  } catch (error) {
    say("The page could not be started. Check the connection and load it again.");
    throw error;
  }
}
