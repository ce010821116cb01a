import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { setUpClient } from "./app/api-client";
import { App } from "./app/app";
import { makeQueryClient } from "./app/query-client";
import { makeRouter } from "./app/router";
import "./index.css";

setUpClient();

const queryClient = makeQueryClient({
  onSignedOut: () => {
    const { pathname, href } = router.latestLocation;
    if (pathname === "/sign-in" || pathname.startsWith("/join/")) return;
    queryClient.clear();
    void router.navigate({ to: "/sign-in", search: { next: href } });
  },
  onSecondFactorNeeded: () => void router.navigate({ to: "/account", search: { needed: true } }),
});
const router = makeRouter(queryClient);

const container = document.getElementById("root");
if (container) {
  createRoot(container).render(
    <StrictMode>
      <App queryClient={queryClient} router={router} />
    </StrictMode>,
  );
}
