/*
 * The service worker. The build puts two constants before it: VERSION and FILES (see build/offline.ts).
 *
 * It keeps the house itself: one page, its scripts, styles, fonts. Never an answer of the API: what was seen of contacts
 * is the page's own business (offline/kept.ts), where it is cleared when somebody signs out.
 */
const CACHE = `loanark-${VERSION}`;
const SHELL = "/";
/** Pages of the server's own, which the house must not stand in for. */
const SERVERS_OWN = /^\/(api|oauth|webhooks|health|metrics|docs|mailbox|hubspot|static)(\/|$)/;
const GATEWAY_ERRORS = [502, 503, 504];
/** On a network that answers nobody, the house stands after this long. */
const PATIENCE_MS = 5_000;

self.addEventListener("install", (event) => {
  // From the network, past the HTTP cache: a page of one version with scripts of another would be worse than none.
  const fresh = [SHELL, ...FILES].map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// A new version waits until a person says so, or until the last page of the old one is closed.
// A page that was on its way when this worker began is not among those that it claimed: it asks.
self.addEventListener("message", (event) => {
  if (event.data === "take-over") self.skipWaiting();
  if (event.data === "claim") event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || SERVERS_OWN.test(pathname)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (FILES.includes(pathname)) event.respondWith(file(request));
});

/** The server's page, which names the newest scripts; ours where the server cannot be reached. */
async function page(request) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await fetch(request, { signal: patience });
    if (!GATEWAY_ERRORS.includes(answer.status)) return answer;
    return (await kept(SHELL)) ?? answer;
  } catch (error) {
    const shell = await kept(SHELL);
    if (shell) return shell;
    throw error;
  }
}

async function file(request) {
  return (await kept(request)) ?? fetch(request);
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return cache.match(request);
}
