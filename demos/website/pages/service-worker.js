// Keeps every file that was loaded, so that the next visit needs no network. A new build has a new name, its own
// store, and takes the place of the old one when it is installed.
const BUILD = "{{build}}";
const FIRST = {{first}}; // what every visit needs; the rest is kept when it is loaded
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
