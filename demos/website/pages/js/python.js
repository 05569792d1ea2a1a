// Python as the pages see it: it runs in a Worker, answers one request after the other, and can be stopped.
import { BUILD, TOP } from "./build.js";
import { offline } from "./offline.js";

const listeners = [];
let last = null;
let worker = null;
let requests = new Map();
let next = 0;
let whenReady = null;

// `listener` gets {state: "loading" | "ready" | "failed", part, loaded, total, restarting}: what is now, and each change.
export function onState(listener) {
  listeners.push(listener);
  if (last) listener(last);
}

function report(state) {
  last = state;
  for (const listener of listeners) listener(state);
}

// Start Python if it is not running; the promise is kept when it is ready.
export function start(restarting = false) {
  if (whenReady) return whenReady;
  report({ state: "loading", part: "start", loaded: 0, total: 1, restarting });
  whenReady = offline.then(() => new Promise((resolve, reject) => {
    // A Worker made of a blob inherits this page's Content-Security-Policy: what runs in it can reach nobody either.
    const script = `import ${JSON.stringify(new URL("js/worker.js", TOP).href)};`;
    const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const made = new Worker(address, { type: "module" });
    worker = made;
    const fail = (reason) => {
      whenReady = null;
      made.terminate();
      report({ state: "failed", reason });
      for (const request of requests.values()) request.reject(new Error(reason));
      requests = new Map();
      reject(new Error(reason));
    };
    made.onerror = (event) => fail(event.message ?? "the Worker did not start");
    made.onmessage = ({ data }) => {
      if (made !== worker) return;
      if (data.kind === "progress") report({ state: "loading", restarting, ...data });
      else if (data.kind === "failed") fail(data.reason);
      else if (data.kind === "ready") {
        URL.revokeObjectURL(address);
        report({ state: "ready", seconds: data.seconds, kept: data.kept });
        resolve();
      } else receive(data);
    };
    made.postMessage({ kind: "start", top: TOP, build: BUILD });
  }));
  whenReady.catch(() => {});
  return whenReady;
}

function receive({ kind, id, answer, reason, shown }) {
  const request = requests.get(id);
  if (!request) return;
  if (kind === "shown") request.onShown(JSON.parse(shown));
  else {
    requests.delete(id);
    if (kind === "answer") request.resolve(JSON.parse(answer));
    else request.reject(new Error(reason));
  }
}

// Ask Python; `onShown` gets what the code prints and shows meanwhile.
export async function ask(name, args, onShown = () => {}) {
  await start();
  return new Promise((resolve, reject) => {
    const id = next++;
    requests.set(id, { resolve, reject, onShown });
    worker.postMessage({ kind: "ask", id, name, args: JSON.stringify(args) });
  });
}

export class Stopped extends Error {}

// Stop whatever runs: the Worker is ended and a new one started. What was being run is rejected with Stopped.
export function stop() {
  worker?.terminate();
  const open = [...requests.values()];
  requests = new Map();
  whenReady = null;
  for (const request of open) request.reject(new Stopped("stopped"));
  return start(true);
}
