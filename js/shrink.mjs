// Makes a module small once it is compressed, after wasm-bindgen has written it.
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import binaryen from "binaryen";

const optimizer = new URL("node_modules/.bin/wasm-opt", import.meta.url).pathname;

// What a panic comes to: a message is put together, and then the program stops. It stops as well without the message,
// which takes 9 kB of the worker, and of which nobody in a browser reads more than that something failed: the command
// line gives the whole message for the reproduction that the page offers.
const PANICS = new RegExp(
  [
    String.raw`core(\[\w+\])?::panicking::`,
    String.raw`core(\[\w+\])?::option::(unwrap|expect)_failed`,
    String.raw`core(\[\w+\])?::result::unwrap_failed`,
    String.raw`core(\[\w+\])?::slice::index::slice_`,
    String.raw`core(\[\w+\])?::str::slice_error`,
    String.raw`core(\[\w+\])?::cell::panic_`,
    String.raw`alloc(\[\w+\])?::raw_vec::(handle_error|capacity_overflow)`,
    String.raw`alloc(\[\w+\])?::alloc::handle_alloc_error`,
    String.raw`(__rustc.*)?_?rust_begin_unwind`,
  ]
    .map((name) => `^${name}`)
    .join("|"),
);

/**
 * Writes the module anew: panics stop at once, and `wasm-opt` goes over it with the given passes. Which features it may
 * use, the module says itself: `--all-features` would take some that no browser has yet. The names of functions go as
 * well, and by that a module that was written before is known, and left as it is.
 */
export async function shrink(path, passes) {
  const bytes = await readFile(path);
  const names = WebAssembly.Module.customSections(await WebAssembly.compile(bytes), "name");
  if (names.length === 0) return;
  const module = binaryen.readBinary(bytes);
  let panics = 0;
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const reference = module.getFunctionByIndex(index);
    const { name } = binaryen.getFunctionInfo(reference);
    const written = name.replace(/\\([0-9a-f]{2})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
    if (PANICS.test(written)) {
      binaryen.Function.setBody(reference, module.unreachable());
      panics++;
    }
  }
  // Names that no longer fit would leave everything as it is without a word.
  if (panics === 0) throw new Error(`${path}: no function is known for what it does in a panic`);
  const between = join(tmpdir(), `rubric-${process.pid}.wasm`);
  await writeFile(between, module.emitBinary());
  module.dispose();
  execFileSync(optimizer, [...passes, between, "-o", path], { stdio: "inherit" });
  await WebAssembly.compile(await readFile(path));
}
