/** Rows on this device, in IndexedDB; in memory where a browser has none to give, as in some private windows. */

const DATABASE = "loanark";
const VERSION = 1;
const NAMES = ["answers", "edits"] as const;

export interface Row {
  key: string;
}

export interface Store<T extends Row> {
  all: () => Promise<T[]>;
  put: (rows: readonly T[]) => Promise<void>;
  remove: (keys: readonly string[]) => Promise<void>;
  clear: () => Promise<void>;
}

let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => {
      for (const name of NAMES) request.result.createObjectStore(name, { keyPath: "key" });
    };
    request.onsuccess = () => {
      const database = request.result;
      const forget = () => {
        opening = undefined;
      };
      database.onclose = forget;
      database.onversionchange = () => {
        database.close();
        forget();
      };
      resolve(database);
    };
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function inTransaction<T>(
  name: string,
  mode: IDBTransactionMode,
  work: (rows: IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | undefined> {
  const transaction = (await open()).transaction(name, mode);
  const request = work(transaction.objectStore(name));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
  return request?.result;
}

export function deviceStore<T extends Row>(name: (typeof NAMES)[number]): Store<T> {
  if (!("indexedDB" in globalThis)) return memoryStore();
  return {
    all: async () => (await inTransaction<T[]>(name, "readonly", (rows) => rows.getAll())) ?? [],
    put: async (news) => {
      await inTransaction(name, "readwrite", (rows) => {
        for (const row of news) rows.put(row);
        return undefined;
      });
    },
    remove: async (keys) => {
      await inTransaction(name, "readwrite", (rows) => {
        for (const key of keys) rows.delete(key);
        return undefined;
      });
    },
    clear: async () => {
      await inTransaction(name, "readwrite", (rows) => rows.clear());
    },
  };
}

export function memoryStore<T extends Row>(): Store<T> {
  const rows = new Map<string, T>();
  return {
    all: async () => [...rows.values()].map((row) => structuredClone(row)),
    put: async (news) => {
      for (const row of news) rows.set(row.key, structuredClone(row));
    },
    remove: async (keys) => {
      for (const key of keys) rows.delete(key);
    },
    clear: async () => rows.clear(),
  };
}
