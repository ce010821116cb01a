import { expect, it, vi } from "vitest";
import { Problem } from "@/lib/problem";
import { type Change, createOutbox, type Standing, type Waiting } from "./outbox";
import { memoryStore } from "./store";

const stale = () => new Problem({ status: 409, code: "stale", title: "Somebody changed this contact" });
const unreachable = () => new TypeError("Failed to fetch");

/** A server with one record, which takes a change on the version it names only; and a device in front of it. */
function world() {
  const server = { version: 3, values: { city: "Austin", phone: "1" } as Record<string, string>, writes: 0 };
  const network = { isUp: true, losesAnswers: false };
  const send = vi.fn(async ({ values, version }: Change) => {
    if (!network.isUp) throw unreachable();
    if (version !== server.version) throw stale();
    Object.assign(server.values, values);
    server.version += 1;
    server.writes += 1;
    if (network.losesAnswers) throw unreachable();
    return server.version;
  });
  const read = async (): Promise<Standing> => ({
    version: server.version,
    values: { ...server.values },
    isDeleted: false,
  });
  const store = memoryStore<Waiting>();
  const device = { person: "1" as string | undefined };
  const open = () =>
    createOutbox<number>({
      store,
      send,
      read,
      onArrived: () => undefined,
      person: () => device.person,
      isOnline: () => network.isUp,
    });
  const edit = (values: Record<string, string>, version = server.version): Change => ({
    tenant: "a",
    id: "7",
    name: "Anna",
    values,
    base: Object.fromEntries(Object.keys(values).map((name) => [name, server.values[name] ?? null])),
    version,
  });
  return { server, network, send, store, device, open, edit };
}

it("sends at once, and nothing waits", async () => {
  const { open, edit, server } = world();
  const outbox = open();
  expect(await outbox.add(edit({ city: "Boise" }))).toBe(4);
  expect(outbox.list()).toEqual([]);
  expect(server.values.city).toBe("Boise");
});

it("is on disk before it is sent: a page that dies in between loses nothing", async () => {
  const { open, edit, store, send, server } = world();
  let onDisk: Waiting[] = [];
  send.mockImplementationOnce(async () => {
    onDisk = await store.all();
    return new Promise<never>(() => undefined); // The page is gone before an answer comes.
  });
  void open().add(edit({ city: "Boise" }));
  await vi.waitFor(() => expect(onDisk).toHaveLength(1));

  const next = open();
  await next.sendAll();
  expect(server.values.city).toBe("Boise");
  expect(next.list()).toEqual([]);
});

it("waits without a network, over a reload, and arrives when it is back", async () => {
  const { open, edit, network, server } = world();
  network.isUp = false;
  expect(await open().add(edit({ city: "Boise" }))).toBeUndefined();
  const reloaded = open();
  await reloaded.load();
  expect(reloaded.list()).toMatchObject([{ name: "Anna", values: { city: "Boise" }, state: "waiting" }]);
  expect(await reloaded.sendAll()).toBe(0);
  network.isUp = true;
  expect(await reloaded.sendAll()).toBe(1);
  expect(server.values.city).toBe("Boise");
  expect(reloaded.list()).toEqual([]);
});

it("changes once though it is sent twice, when only the answer was lost", async () => {
  const { open, edit, network, server } = world();
  const outbox = open();
  network.losesAnswers = true;
  expect(await outbox.add(edit({ city: "Boise" }))).toBeUndefined();
  network.losesAnswers = false;
  expect(await outbox.sendAll()).toBe(1);
  expect(outbox.list()).toEqual([]);
  expect(server.writes).toBe(1);
});

it("sends the next change though the one before arrived and nobody heard so", async () => {
  const { open, edit, network, server } = world();
  const outbox = open();
  network.losesAnswers = true;
  await outbox.add(edit({ city: "Boise" }));
  network.losesAnswers = false;
  expect(await outbox.add(edit({ phone: "2" }))).toBeUndefined();
  expect(server.values).toEqual({ city: "Boise", phone: "2" });
  expect(outbox.list()).toEqual([]);
});

it("joins two changes of one record, and forgets what was changed back", async () => {
  const { open, edit, network } = world();
  network.isUp = false;
  const outbox = open();
  await outbox.add(edit({ city: "Boise" }));
  await outbox.add(edit({ phone: "2" }));
  expect(outbox.list()).toMatchObject([{ values: { city: "Boise", phone: "2" }, version: 3 }]);
  await outbox.add(edit({ city: "Austin" }));
  expect(outbox.list()[0]?.values).toEqual({ phone: "2" });
  await outbox.add(edit({ phone: "1" }));
  expect(outbox.list()).toEqual([]);
});

it("goes through by itself where others changed other fields", async () => {
  const { open, edit, network, server } = world();
  network.isUp = false;
  const outbox = open();
  await outbox.add(edit({ city: "Boise" }));
  Object.assign(server, { version: 9, values: { city: "Austin", phone: "changed in HubSpot" } });
  network.isUp = true;
  expect(await outbox.sendAll()).toBe(1);
  expect(server.values).toEqual({ city: "Boise", phone: "changed in HubSpot" });
});

it("asks where both changed the same, and never covers theirs unseen", async () => {
  const { open, edit, network, server } = world();
  network.isUp = false;
  const outbox = open();
  await outbox.add(edit({ city: "Boise" }));
  Object.assign(server, { version: 9, values: { city: "Denver" } });
  network.isUp = true;
  expect(await outbox.sendAll()).toBe(0);
  expect(server.values.city).toBe("Denver");
  const [asked] = outbox.list();
  expect(asked).toMatchObject({ state: "asks", values: { city: "Boise" }, theirs: { city: "Denver" } });
  await outbox.sendAll();
  expect(server.values.city, "a question is not sent again by itself").toBe("Denver");

  await outbox.keepMine(asked?.key ?? "");
  expect(server.values.city).toBe("Boise");
  expect(outbox.list()).toEqual([]);
});

it("asks again when theirs moved on once more before the answer", async () => {
  const { open, edit, network, server } = world();
  network.isUp = false;
  const outbox = open();
  await outbox.add(edit({ city: "Boise" }));
  Object.assign(server, { version: 9, values: { city: "Denver" } });
  network.isUp = true;
  await outbox.sendAll();
  Object.assign(server, { version: 10, values: { city: "Tampa" } });
  await outbox.keepMine(outbox.list()[0]?.key ?? "");
  expect(server.values.city).toBe("Tampa");
  expect(outbox.list()).toMatchObject([{ state: "asks", theirs: { city: "Tampa" } }]);
});

it("keeps a refused one with its reason, and tries again when told", async () => {
  const { open, edit, network, send, server } = world();
  network.isUp = false;
  const outbox = open();
  await outbox.add(edit({ city: "Boise" }));
  network.isUp = true;
  send.mockRejectedValueOnce(
    new Problem({ status: 422, code: "invalid", title: "No", detail: "City is too long." }),
  );
  expect(await outbox.sendAll()).toBe(0);
  expect(outbox.list()).toMatchObject([{ state: "failed", reason: "City is too long." }]);
  await outbox.again(outbox.list()[0]?.key ?? "");
  expect(server.values.city).toBe("Boise");
});

it("tells the form what was refused while somebody looks, and lets nothing of it wait", async () => {
  const { open, edit } = world();
  const outbox = open();
  await expect(outbox.add(edit({ city: "Boise" }, 1))).rejects.toMatchObject({ status: 409 });
  expect(outbox.list()).toEqual([]);
});

it("waits on, unsent, when the person is signed out, and is nobody else's", async () => {
  const { open, edit, network, send, device } = world();
  network.isUp = false;
  const outbox = open();
  await outbox.add(edit({ city: "Boise" }));
  network.isUp = true;
  send.mockRejectedValueOnce(new Problem({ status: 401, code: "not-signed-in", title: "Sign in" }));
  await outbox.sendAll();
  expect(outbox.list()).toMatchObject([{ state: "waiting" }]);

  device.person = "2";
  await outbox.load();
  expect(outbox.list()).toEqual([]);
  await outbox.clearOthers();
  device.person = "1";
  await outbox.load();
  expect(outbox.list()).toEqual([]);
});

it("keeps what was added while the first was on its way", async () => {
  const { open, edit, network, send, server } = world();
  network.isUp = false;
  const outbox = open();
  await outbox.add(edit({ city: "Boise" }));
  let answer: () => void = () => undefined;
  network.isUp = true;
  send.mockImplementationOnce(async ({ values }) => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    Object.assign(server.values, values);
    server.version += 1;
    return server.version;
  });
  const round = outbox.sendAll();
  await vi.waitFor(() => expect(send).toHaveBeenCalled());
  network.isUp = false;
  await outbox.add(edit({ phone: "2" }));
  answer();
  await round;
  network.isUp = true;
  await outbox.sendAll();
  expect(server.values).toEqual({ city: "Boise", phone: "2" });
  expect(outbox.list()).toEqual([]);
});
