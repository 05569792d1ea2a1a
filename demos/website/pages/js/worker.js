// The Worker in which Python runs. On the first visit Python starts and loads its modules, which takes seconds, and a
// copy of its memory is kept in the browser; from then on it starts from that copy.
import createPyodideModule from "../engine/pyodide.asm.mjs";
import { loadPyodide } from "../engine/pyodide.mjs";
import { Module, Viz } from "../engine/viz.js";
import { SIZES } from "./build.js";

// What is stored compressed, by the name that Pyodide asks for, and what it is called on the screen
const PACKED = {
  "pyodide.asm.wasm": ["application/wasm", "engine"],
  "python_stdlib.zip": ["application/zip", "library"],
  "packages.json": ["application/json", "packages"],
  "viz.wasm": ["application/wasm", "graphviz"],
};
const total = Object.values(SIZES).reduce((sum, size) => sum + size, 0);
let loaded = 0;
let waking = false; // starting from the copy: little is left to be waited for

const plainFetch = self.fetch.bind(self);
self.fetch = (resource, options) => {
  const address = String(resource.url ?? resource);
  const name = address.slice(address.lastIndexOf("/") + 1);
  return name in PACKED ? unpacked(address, ...PACKED[name]) : plainFetch(resource, options);
};

async function unpacked(address, type, part) {
  const response = await plainFetch(`${address}.gz`);
  if (!response.ok) throw new Error(`${address}.gz: ${response.status}`);
  const counted = new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      if (!waking) postMessage({ kind: "progress", part, loaded, total });
      controller.enqueue(chunk);
    },
  });
  const body = response.body.pipeThrough(counted).pipeThrough(new DecompressionStream("gzip"));
  return new Response(body, { headers: { "Content-Type": type } });
}

const storeOf = (build) => `micrograd_kr-memory-${build}`;

async function keptMemory(top, build) {
  try {
    const kept = await (await caches.open(storeOf(build))).match(`${top}memory`);
    return kept && new Uint8Array(await kept.arrayBuffer());
  } catch {
    return undefined; // no store here: Python starts from the beginning
  }
}

async function keepMemory(top, build, memory) {
  try {
    await (await caches.open(storeOf(build))).put(`${top}memory`, new Response(memory));
  } catch {
    // no room, or no store: the next visit starts from the beginning, too
  }
}

async function startPython({ top, build }) {
  const begun = performance.now();
  const engine = new URL("engine/", top).href;
  const memory = await keptMemory(top, build);
  waking = Boolean(memory);
  if (memory) postMessage({ kind: "progress", part: "memory", loaded: total, total });
  const drawing = fetch(`${engine}viz.wasm`).then((response) => response.arrayBuffer());
  const files = fetch(`${engine}packages.json`).then((response) => response.json());
  const pyodide = await loadPyodide({
    indexURL: engine,
    lockFileContents: await (await plainFetch(`${engine}pyodide-lock.json`)).json(),
    env: { HOME: "/home/pyodide", PYTHONDONTWRITEBYTECODE: "1", TERM: "dumb", COLUMNS: "80" },
    stdin: () => null,
    stdout: () => {},
    stderr: () => {},
    fsInit: async (FS, { sitePackages }) => {
      const made = new Set();
      for (const [path, text] of Object.entries(await files)) {
        const folder = `${sitePackages}/${path.slice(0, path.lastIndexOf("/"))}`;
        if (!made.has(folder)) FS.mkdirTree(folder);
        made.add(folder);
        FS.writeFile(`${sitePackages}/${path}`, text);
      }
    },
    createPyodideModule: async (settings) => {
      const module = await createPyodideModule(settings);
      if (memory) module.growMemory(memory.length); // the copy is larger than what Python begins with
      return module;
    },
    ...(memory ? { _loadSnapshot: memory } : { _makeSnapshot: true }),
  });
  if (!memory) {
    postMessage({ kind: "progress", part: "start", loaded: total, total });
    pyodide.runPython("import website_modules");
    void keepMemory(top, build, pyodide.makeMemorySnapshot());
  }
  const viz = new Viz(await Module({ wasm: await drawing }));
  const session = pyodide.pyimport("website_session");
  session.connect(
    (source) => viz.renderString(source, { format: "svg", engine: "dot" }),
    (shown) => postMessage({ kind: "shown", id: current, shown }),
  );
  postMessage({ kind: "ready", seconds: (performance.now() - begun) / 1000, kept: Boolean(memory) });
  return session;
}

let session = null;
let current = null;

self.onmessage = async ({ data }) => {
  if (data.kind === "start")
    session = await startPython(data).catch((error) => postMessage({ kind: "failed", reason: `${error}` }));
  else {
    current = data.id;
    try {
      postMessage({ kind: "answer", id: data.id, answer: session.call(data.name, data.args) });
    } catch (error) {
      postMessage({ kind: "error", id: data.id, reason: `${error}` });
    }
  }
};
