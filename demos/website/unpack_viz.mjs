// The WebAssembly of @viz-js/viz stands in its script as text. Taken out, it can be compressed, and compiled as it is:
//   node unpack_viz.mjs viz.js FOLDER    writes FOLDER/viz.js and FOLDER/viz.wasm
import { readFileSync, writeFileSync } from "node:fs";

const [, , source, folder] = process.argv;
const script = readFileSync(source, "utf8");
const before = "function findWasmBinary(){return binaryDecode(";
const start = script.indexOf(before) + before.length;
const quote = script[start];
let end = start + 1;
while (script[end] !== quote) end += script[end] === "\\" ? 2 : 1;
if (start < before.length || !"'\"`".includes(quote) || end - start < 100000)
  throw new Error("viz.js is not built as expected: look at findWasmBinary");
const text = new Function(`return ${script.slice(start, end + 1)}`)();
const bytes = Uint8Array.from(text, (character) => (~character.charCodeAt(0) >> 8) & character.charCodeAt(0));
if (!WebAssembly.validate(bytes)) throw new Error("viz.js holds no WebAssembly: look at binaryDecode");
writeFileSync(`${folder}/viz.wasm`, bytes);
const calls = "function findWasmBinary(){return moduleArg.wasm";
writeFileSync(`${folder}/viz.js`, `${script.slice(0, start - before.length)}${calls}${script.slice(end + 2)}\nexport { Module, Viz };\n`);
