import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it } from "vitest";
import {
  getContactQueryKey,
  getSessionQueryKey,
  listTokensQueryKey,
  listViewsQueryKey,
} from "@/client/@tanstack/react-query.gen";
import { setMayKeep } from "@/offline/device";
import { memoryStore, type Store } from "@/offline/store";
import { type Answer, keepAnswers } from "./kept-answers";

const DAY = 24 * 60 * 60_000;
const contact = (id: string) => getContactQueryKey({ path: { tenant: "a", contact_id: id } });
const views = listViewsQueryKey({ path: { tenant: "a" } });
const session = (id: number) => ({ user: { id }, organisations: [] });

let store: Store<Answer>;
beforeEach(() => {
  store = memoryStore<Answer>();
  setMayKeep(true);
});

/** The app as it is started on this device: its memory, and what it keeps. */
function started({ shape = "1", now = Date.now } = {}) {
  const queryClient = new QueryClient();
  const person = () =>
    (
      queryClient.getQueryData(getSessionQueryKey()) as { user: { id: number } } | undefined
    )?.user.id.toString();
  return { queryClient, kept: keepAnswers({ queryClient, person, store, shape, now }) };
}

async function visited(person = 1) {
  const app = started();
  app.queryClient.setQueryData(getSessionQueryKey(), session(person) as never);
  app.queryClient.setQueryData(contact("7"), { name: "Anna" } as never);
  app.queryClient.setQueryData(views, [{ name: "Texans" }] as never);
  app.queryClient.setQueryData(listTokensQueryKey({ path: { tenant: "a" } }), [{ name: "secret" }] as never);
  await app.kept.write();
  return app;
}

it("gives the next start what was seen, with its age, and of what is on the list only", async () => {
  await visited();
  expect((await store.all()).map(({ operation }) => operation).sort()).toEqual([
    "getContact",
    "getSession",
    "listViews",
  ]);
  const { queryClient, kept } = started();
  await kept.restore();
  expect(queryClient.getQueryData(contact("7"))).toEqual({ name: "Anna" });
  expect(queryClient.getQueryData(views)).toEqual([{ name: "Texans" }]);
  expect(queryClient.getQueryState(contact("7"))?.dataUpdatedAt).toBe(
    (await store.all()).find(({ operation }) => operation === "getContact")?.at,
  );
  expect(queryClient.getQueryState(contact("7"))?.isInvalidated, "it is asked for again").toBe(true);
});

it("keeps nothing of nobody", async () => {
  const { queryClient, kept } = started();
  queryClient.setQueryData(contact("7"), { name: "Anna" } as never);
  await kept.write();
  expect(await store.all()).toEqual([]);
});

it.each([
  ["of another shape of the API", { shape: "2" }],
  ["older than a week", { now: () => Date.now() + 8 * DAY }],
])("drops what is %s", async (_what, options) => {
  await visited();
  const { queryClient, kept } = started(options);
  await kept.restore();
  expect(queryClient.getQueryData(contact("7"))).toBeUndefined();
  expect(await store.all()).toEqual([]);
});

it("shows nobody what another person saw", async () => {
  await visited(1);
  const { queryClient, kept } = started();
  queryClient.setQueryData(getSessionQueryKey(), session(2) as never);
  await kept.restore();
  expect(queryClient.getQueryData(contact("7"))).toBeUndefined();
});

it("never puts an older answer over a newer one", async () => {
  await visited();
  const { queryClient, kept } = started({ now: () => Date.now() + DAY });
  queryClient.setQueryData(contact("7"), { name: "Anna, newer" } as never, { updatedAt: Date.now() + DAY });
  await kept.restore();
  expect(queryClient.getQueryData(contact("7"))).toEqual({ name: "Anna, newer" });
});

it("clears at once when the switch goes off, and keeps again what is in view when it goes on", async () => {
  const { kept } = await visited();
  setMayKeep(false);
  await Promise.resolve();
  expect(await store.all()).toEqual([]);
  setMayKeep(true);
  await Promise.resolve();
  expect(await store.all()).toHaveLength(3);
  await kept.forget();
  expect(await store.all()).toEqual([]);
});
