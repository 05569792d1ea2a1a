// Keeps the files, so that the next visit needs no network: the first ones at once, the others when they are loaded or,
// when Python is there, in the background. A new build has a new name, its own store, and takes the place of the old one
// when it is installed.
const BUILD = "{{build}}";
const FIRST = {{first}}; // what every visit needs
const REST = {{rest}};
const STORE = `micrograd_kr-files-${BUILD}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const store = await caches.open(STORE);
      await store.addAll(FIRST);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name.startsWith("micrograd_kr-") && !name.endsWith(BUILD)) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(answer(event, request));
});

async function answer(event, request) {
  const store = await caches.open(STORE);
  const address = new URL(request.url);
  address.hash = address.search = "";
  if (address.pathname.endsWith("/")) address.pathname += "index.html";
  const kept = await store.match(address.href);
  if (kept && request.url.endsWith("frame.html?sandbox")) {
    const headers = new Headers(kept.headers);
    headers.set("Content-Security-Policy", "sandbox allow-scripts");
    return new Response(await kept.blob(), { headers });
  }
  if (kept) return kept;
  const loaded = await fetch(request);
  if (loaded.ok && loaded.type === "basic" && !loaded.redirected) event.waitUntil(store.put(address.href, loaded.clone()));
  return loaded;
}

// A page asks for the rest, and gets to know how much of it is there.
self.addEventListener("message", (event) => {
  if (event.data === "keep") event.waitUntil(keepRest(event.source));
});

let keeping = null; // one at a time, however many pages ask

async function keepRest(page) {
  const store = await caches.open(STORE);
  const kept = new Set((await store.keys()).map(({ url }) => url));
  const missing = REST.filter((path) => !kept.has(new URL(path, self.registration.scope).href));
  const report = (left) => page.postMessage({ kept: REST.length - left, of: REST.length });
  report(missing.length);
  keeping ??= (async () => {
    for (const [place, path] of missing.entries()) {
      await store.add(path);
      report(missing.length - place - 1);
    }
  })().finally(() => (keeping = null));
  await keeping;
  report(0);
}
