import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { setUpClient } from "./app/api-client";
import { App } from "./app/app";
import { deviceOf } from "./app/offline/device";
import { installWorker } from "./app/offline/install";
import { makeQueryClient } from "./app/query-client";
import { makeRouter } from "./app/router";
import "./index.css";

setUpClient();

const queryClient = makeQueryClient({
  onSignedOut: () => {
    const { pathname, href } = router.latestLocation;
    if (pathname === "/sign-in" || pathname.startsWith("/join/")) return;
    queryClient.clear();
    void device.onSessionEnded();
    void router.navigate({ to: "/sign-in", search: { next: href } });
  },
  onSecondFactorNeeded: () => void router.navigate({ to: "/account", search: { needed: true } }),
});
const router = makeRouter(queryClient);

const device = deviceOf(queryClient);

/** What this device kept is there before the first page asks for it; a device that does not answer holds nothing up. */
const RESTORED_WITHIN_MS = 1_000;

async function start(container: HTMLElement): Promise<void> {
  // The page's code comes while the session is asked for, which decides whether it is shown.
  const matches: { routeId: keyof typeof router.routesById }[] = router.matchRoutes(router.latestLocation);
  for (const { routeId } of matches) {
    const { component } = router.routesById[routeId].options;
    if (component && "preload" in component) void component.preload?.();
  }
  await Promise.race([device.restore(), new Promise((done) => setTimeout(done, RESTORED_WITHIN_MS))]);
  // As a transition it gives way: whoever touches a slow phone meanwhile is answered between two pieces of it.
  startTransition(() =>
    createRoot(container).render(
      <StrictMode>
        <App queryClient={queryClient} router={router} />
      </StrictMode>,
    ),
  );
  if (document.readyState === "complete") void installWorker();
  else window.addEventListener("load", () => void installWorker());
}

const container = document.getElementById("root");
if (container) void start(container);
