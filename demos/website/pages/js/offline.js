// The service worker, which keeps what was loaded once. The promise is kept when it watches over this page, or when
// it is plain that it will not: in a private window, or on a server that is neither https nor this machine.
import { TOP } from "./build.js";

async function register() {
  const workers = navigator.serviceWorker;
  if (!workers || !isSecureContext) return;
  await workers.register(new URL("service-worker.js", TOP), { scope: TOP });
  if (!workers.controller) await new Promise((resolve) => workers.addEventListener("controllerchange", resolve));
}

export const offline = Promise.race([register().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 3000))]);

// Have the rest of the website kept, too, unless the reader saves data; `onKept` gets how many files are there of how many.
export async function keepRest(onKept) {
  await offline;
  const workers = navigator.serviceWorker;
  if (!workers?.controller || navigator.connection?.saveData) return;
  workers.addEventListener("message", ({ data }) => {
    if (data.of) onKept(data.kept, data.of);
  });
  workers.startMessages();
  workers.controller.postMessage("keep");
}
