import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
  rootRouteId,
} from "@tanstack/react-router";
import { PageSkeleton } from "@/components/ui/page-skeleton";
import { parseAuditSearch, toQuery } from "@/features/audit/filters";
import { auditStateQuery, eventsQuery } from "@/features/audit/queries";
import { connectionQuery } from "@/features/connection/queries";
import { filtersIn, parseContactSearch } from "@/features/contacts/filters";
import { parseInboxSearch } from "@/features/contacts/inbox/search";
import { listAhead } from "@/features/contacts/list-ahead";
import { contactQuery, facetQuery, fieldListQuery, timelineQuery } from "@/features/contacts/queries";
import { parseDuplicateSearch } from "@/features/duplicates/search";
import { parseHelpSearch } from "@/features/help/search";
import { invitationsQuery } from "@/features/invitations/queries";
import { definitionsQuery, mappingQuery, propertiesQuery } from "@/features/mapping/queries";
import { parseMappingSearch } from "@/features/mapping/search";
import { daysQuery, monitorQuery } from "@/features/monitor/queries";
import { membersQuery, organisationQuery } from "@/features/organisation/queries";
import { overviewQuery } from "@/features/overview/queries";
import { parseRequestSearch } from "@/features/requests/filters";
import { parseRunSearch, toRunQuery } from "@/features/runs/filters";
import { runQuery, runsQuery } from "@/features/runs/queries";
import { sessionQuery } from "@/features/session/queries";
import { tokensQuery } from "@/features/tokens/queries";
import { Problem } from "@/lib/problem";
import { ErrorPage, NotFoundPage, RootNotFoundPage } from "./error-pages";
import { lazyPage } from "./lazy-page";
import { parseSearch, pickStrings, stringifySearch } from "./search-params";

interface RouterContext {
  queryClient: QueryClient;
}

interface SignInSearch {
  next?: string;
  company?: string;
  error?: string;
}

const LAST_TENANT = "loanark.tenant";

const root = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: RootNotFoundPage,
});

/** The session, or off to sign in and back here afterwards. */
async function signedIn(queryClient: QueryClient, href: string) {
  try {
    return await queryClient.ensureQueryData(sessionQuery());
  } catch (error) {
    if (error instanceof Problem && error.status === 401)
      throw redirect({ to: "/sign-in", search: { next: href } });
    throw error;
  }
}

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  // HubSpot's answer to a connection nobody asked for ends here: the page that explains is the connection's.
  validateSearch: (search: Record<string, unknown>) => pickStrings(search, ["problem"]),
  beforeLoad: async ({ context, location, search }) => {
    const { organisations } = await signedIn(context.queryClient, location.href);
    const last = localStorage.getItem(LAST_TENANT);
    const chosen = organisations.find(({ slug }) => slug === last) ?? organisations[0];
    if (!chosen) return;
    const params = { tenant: chosen.slug };
    if (search.problem) throw redirect({ to: "/$tenant/connection", params, search });
    throw redirect({ to: "/$tenant", params });
  },
  component: lazyPage(() => import("@/routes/no-organisation")),
});

const signInRoute = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  // `company` and `error`: one comes back from the company's sign-in.
  validateSearch: ({ next, ...search }: Record<string, unknown>): SignInSearch => ({
    ...(typeof next === "string" && /^\/(?![/\\])/.test(next) && { next }),
    ...pickStrings(search, ["company", "error"]),
  }),
  component: lazyPage(() => import("@/routes/sign-in")),
});

const signUpRoute = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  component: lazyPage(() => import("@/routes/sign-up")),
});

// Where the links of allauth's e-mails lead (HEADLESS_FRONTEND_URLS).
const passwordReset = createRoute({
  getParentRoute: () => root,
  path: "/password/reset",
  component: lazyPage(() => import("@/routes/password-reset")),
});

const newPassword = createRoute({
  getParentRoute: () => root,
  path: "/password/reset/$key",
  component: lazyPage(() => import("@/routes/new-password")),
});

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: "/verify-email/$key",
  component: lazyPage(() => import("@/routes/verify-email")),
});

const join = createRoute({
  getParentRoute: () => root,
  path: "/join/$token",
  component: lazyPage(() => import("@/routes/join")),
});

const account = createRoute({
  getParentRoute: () => root,
  path: "/account",
  validateSearch: ({ needed }: Record<string, unknown>): { needed?: true } =>
    needed ? { needed: true } : {},
  beforeLoad: ({ context, location }) => signedIn(context.queryClient, location.href).then(() => undefined),
  component: lazyPage(() => import("@/routes/account")),
});

const organisation = createRoute({
  getParentRoute: () => root,
  path: "/$tenant",
  beforeLoad: async ({ context, location, params }) => {
    const { organisations } = await signedIn(context.queryClient, location.href);
    if (!organisations.some(({ slug }) => slug === params.tenant)) throw notFound({ routeId: rootRouteId });
    localStorage.setItem(LAST_TENANT, params.tenant);
  },
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(overviewQuery(params.tenant));
    void context.queryClient.prefetchQuery(connectionQuery(params.tenant));
  },
  component: lazyRouteComponent(() => import("./shell/app-shell"), "AppShell"),
  notFoundComponent: NotFoundPage,
});

const dashboard = createRoute({
  getParentRoute: () => organisation,
  path: "/",
  validateSearch: ({ tour }: Record<string, unknown>): { tour?: true } => (tour ? { tour: true } : {}),
  component: lazyPage(() => import("@/routes/dashboard")),
});

// Loaders start the questions while the page's code is still on its way; they do not hold the page back.
const contacts = createRoute({
  getParentRoute: () => organisation,
  path: "/contacts",
  validateSearch: parseContactSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => {
    void context.queryClient.prefetchInfiniteQuery(listAhead(params.tenant, deps));
    void context.queryClient.prefetchQuery(facetQuery(params.tenant, filtersIn(deps), "sync"));
    void context.queryClient.prefetchQuery(fieldListQuery(params.tenant));
  },
  component: lazyPage(() => import("@/routes/contacts")),
});

const contact = createRoute({
  getParentRoute: () => organisation,
  path: "/contacts/$contactId",
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(contactQuery(params.tenant, params.contactId));
    void context.queryClient.prefetchInfiniteQuery(timelineQuery(params.tenant, params.contactId));
  },
  component: lazyPage(() => import("@/routes/contact")),
});

const needsYou = createRoute({
  getParentRoute: () => organisation,
  path: "/needs-you",
  validateSearch: parseInboxSearch,
  component: lazyPage(() => import("@/routes/needs-you")),
});

const duplicates = createRoute({
  getParentRoute: () => organisation,
  path: "/duplicates",
  validateSearch: parseDuplicateSearch,
  component: lazyPage(() => import("@/routes/duplicates")),
});

const runs = createRoute({
  getParentRoute: () => organisation,
  path: "/runs",
  validateSearch: parseRunSearch,
  loaderDeps: ({ search: { ask: _, ...search } }) => search,
  loader: ({ context, params, deps }) => {
    void context.queryClient.prefetchInfiniteQuery(runsQuery(params.tenant, toRunQuery(deps)));
    void context.queryClient.prefetchQuery(monitorQuery(params.tenant));
    void context.queryClient.prefetchQuery(daysQuery(params.tenant));
  },
  component: lazyPage(() => import("@/routes/runs")),
});

const run = createRoute({
  getParentRoute: () => organisation,
  path: "/runs/$runId",
  loader: ({ context, params }) =>
    void context.queryClient.prefetchQuery(runQuery(params.tenant, Number(params.runId))),
  component: lazyPage(() => import("@/routes/run")),
});

const requests = createRoute({
  getParentRoute: () => organisation,
  path: "/runs/requests",
  validateSearch: parseRequestSearch,
  component: lazyPage(() => import("@/routes/requests")),
});

const connection = createRoute({
  getParentRoute: () => organisation,
  path: "/connection",
  validateSearch: (search: Record<string, unknown>) =>
    pickStrings(search, ["problem", "detail", "connected"]),
  component: lazyPage(() => import("@/routes/connection")),
});

const mapping = createRoute({
  getParentRoute: () => organisation,
  path: "/mapping",
  validateSearch: parseMappingSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(mappingQuery(params.tenant));
    void context.queryClient.prefetchQuery(propertiesQuery(params.tenant));
    void context.queryClient.prefetchQuery(definitionsQuery(params.tenant));
  },
  component: lazyPage(() => import("@/routes/mapping")),
});

const settings = createRoute({
  getParentRoute: () => organisation,
  path: "/settings",
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(membersQuery(params.tenant));
    void context.queryClient.prefetchQuery(organisationQuery(params.tenant));
    void context.queryClient.prefetchQuery(tokensQuery(params.tenant));
  },
  component: lazyPage(() => import("@/routes/settings")),
});

const access = createRoute({
  getParentRoute: () => organisation,
  path: "/access",
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(invitationsQuery(params.tenant)),
  component: lazyPage(() => import("@/routes/access")),
});

const audit = createRoute({
  getParentRoute: () => organisation,
  path: "/audit",
  validateSearch: parseAuditSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => {
    void context.queryClient.prefetchInfiniteQuery(eventsQuery(params.tenant, toQuery(deps)));
    void context.queryClient.prefetchQuery(auditStateQuery(params.tenant));
  },
  component: lazyPage(() => import("@/routes/audit")),
});

const help = createRoute({
  getParentRoute: () => organisation,
  path: "/help",
  validateSearch: parseHelpSearch,
  component: lazyPage(() => import("@/routes/help")),
});

const routeTree = root.addChildren([
  home,
  signInRoute,
  signUpRoute,
  passwordReset,
  newPassword,
  verifyEmail,
  join,
  account,
  organisation.addChildren([
    dashboard,
    contacts,
    contact,
    needsYou,
    duplicates,
    runs,
    run,
    requests,
    connection,
    mapping,
    access,
    audit,
    settings,
    help,
  ]),
]);

export function makeRouter(
  queryClient: QueryClient,
  history?: Parameters<typeof createRouter>[0]["history"],
) {
  return createRouter({
    routeTree,
    context: { queryClient },
    ...(history && { history }),
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0, // Freshness is the query cache's business.
    scrollRestoration: true,
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
