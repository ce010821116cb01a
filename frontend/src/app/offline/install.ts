import { toastOffer } from "@/lib/toast";

const LOOK_AGAIN_MS = 60 * 60_000;

/** Installs the service worker, and tells when a newer version of the house is ready. Nobody is ever reloaded unasked. */
export async function installWorker(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    watch(await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }));
    const { active } = await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) active?.postMessage("claim");
  } catch {
    // A browser that keeps nothing, or an address without https: everything works, but with a network only.
  }
}

function watch(registration: ServiceWorkerRegistration): void {
  if (registration.waiting) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => {
      // The first one of all takes over by itself: there is nothing old to be replaced.
      if (coming.state === "installed" && navigator.serviceWorker.controller) offer(coming);
    });
  });
  const look = () => void registration.update().catch(() => undefined);
  setInterval(look, LOOK_AGAIN_MS);
  window.addEventListener("online", look);
}

function offer(worker: ServiceWorker): void {
  toastOffer("A new version is ready", {
    detail: "Reload when it suits you. What you are typing is not saved by it.",
    label: "Reload",
    act: () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => window.location.reload(), {
        once: true,
      });
      worker.postMessage("take-over");
    },
  });
}
