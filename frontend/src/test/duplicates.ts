import { HttpResponse, http } from "msw";
import type {
  DuplicateSettingsOut,
  DuplicateSummary,
  Group,
  Member,
  MergeIn,
  MergeOut,
  Pair,
  Preview,
  Reason,
  ScanOut,
} from "@/client";
import { person } from "./people";

const API = "*/api/tenants/:tenant";

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const ahead = (minutes: number) => ago(-minutes);

const LABELS: Record<string, string> = {
  firstname: "First name",
  lastname: "Last name",
  email: "E-mail",
  phone: "Phone",
  birth_date: "Date of birth",
  address: "Address",
  city: "City",
  state: "State",
  company: "Company",
  owner: "Owner",
};

const BOOK: Reason = {
  what: "book",
  label: "Size of the book",
  bits: -18.6,
  one: null,
  other: null,
  words: "two contacts drawn from 41,338 are hardly ever one person",
};

function member(index: number, values: Record<string, string>, parts: Partial<Member> = {}): Member {
  const { id, hubspot_id, created_at, created_side } = person(index);
  return {
    key: id,
    id,
    hubspot_id,
    name: [values.firstname, values.lastname].filter(Boolean).join(" ") || (values.email ?? "No name"),
    values,
    created_side,
    created_at,
    updated_at: ago(index * 311),
    sync: { state: "in_sync", reason: null },
    merged: 0,
    ...parts,
  };
}

/** What HubSpot alone has, and waits to be let in. */
function stranger(hubspotId: string, values: Record<string, string>): Member {
  return {
    ...member(1, values),
    key: `hubspot:${hubspotId}`,
    id: null,
    hubspot_id: hubspotId,
    created_side: "hubspot",
    created_at: ago(12),
    sync: null,
  };
}

const likelihoodOf = (bits: number) => 1 / (1 + 2 ** -bits);

function pair(id: number, one: Member, other: Member, parts: Partial<Pair> & { reasons: Reason[] }): Pair {
  const posterior = parts.reasons.reduce((sum, { bits }) => sum + bits, 0);
  return {
    id,
    one: one.key,
    other: other.key,
    posterior,
    likelihood: likelihoodOf(posterior),
    certain: false,
    kind: "email",
    holds: null,
    at: ago(id),
    ...parts,
  };
}

const reason = (what: string, bits: number, words: string, one?: string, other?: string): Reason => ({
  what,
  label:
    { first: "First name", last: "Last name", email: "E-mail", birth: "Date of birth" }[what] ??
    LABELS[what] ??
    what,
  bits,
  one: one ?? null,
  other: other ?? null,
  words,
});

/** The golden record as the server would make it: what the one that lives on holds, else the others' values. */
export function previewOf(members: Member[], asked: Partial<MergeIn> = {}): Preview {
  const survivor = members.find(({ key }) => key === asked.survivor) ?? members.find(({ id }) => id !== null);
  const first = survivor ?? (members[0] as Member);
  const names = Object.keys(LABELS).filter((field) => members.some(({ values }) => values[field]));
  const golden = names.map((field) => {
    const texts = new Set(members.map(({ values }) => values[field] ?? ""));
    const chosen = members.find(({ key }) => key === asked.chosen?.[field]);
    const winner = chosen ?? [first, ...members].find(({ values }) => values[field]) ?? first;
    return {
      field,
      label: LABELS[field] ?? field,
      text: winner.values[field] ?? null,
      key: winner.key,
      why: chosen
        ? "chosen by a person"
        : texts.size === 1
          ? "the same everywhere"
          : texts.size === 2 && texts.has("")
            ? "the only one"
            : "set by a person",
      differs: texts.size > 1,
    };
  });
  const isHeld = members.some(({ id }) => id === null);
  return {
    survivor: first.key,
    survivor_fixed: isHeld ? "The other one is in HubSpot only: it joins the one that is here." : null,
    golden,
    hubspot: isHeld
      ? "HubSpot’s contact becomes the counterpart of the one that lives on."
      : "Both stay in HubSpot for 24 hours, and are merged there then.",
    warnings: members.length > 2 ? ["Two of them have loans under different numbers."] : [],
  };
}

function group(id: number, members: Member[], pairs: Pair[]): Group {
  const posterior = Math.max(...pairs.map((one) => one.posterior));
  return {
    id,
    posterior,
    certain: pairs.every(({ certain }) => certain),
    members,
    pairs,
    preview: previewOf(members),
  };
}

const anna = member(40, {
  firstname: "Anna",
  lastname: "Holmberg",
  email: "anna.holmberg@northlake.example",
  phone: "+15125551201",
  birth_date: "1984-03-12",
  address: "114 Juniper Lane, Apt 3",
  city: "Austin",
  state: "TX",
  owner: "Dana Fields",
});
const annie = member(57, {
  firstname: "Annie",
  lastname: "Holmberg",
  email: "anna.holmberg@northlake.example",
  phone: "+15125551207",
  birth_date: "1984-03-12",
  address: "114 Juniper Ln, Apt 3",
  city: "Austin",
  state: "TX",
  company: "Cedar & Pine Realty",
});

const luis = member(61, {
  firstname: "Luis",
  lastname: "Patel",
  email: "luis.patel@example.com",
  phone: "+16195554410",
  city: "San Diego",
  state: "CA",
});
const luisAgain = stranger("151009911", {
  firstname: "Luis",
  lastname: "Patel",
  phone: "+16195554410",
  city: "San Diego",
  state: "CA",
});

const renees = [
  member(70, {
    firstname: "Renée",
    lastname: "Nguyen",
    email: "renee@harbor.example",
    phone: "+12085550117",
    city: "Boise",
  }),
  member(71, {
    firstname: "Renee",
    lastname: "Nguyen",
    email: "r.nguyen@harbor.example",
    phone: "+12085550117",
    city: "Boise",
    company: "Harbor Title",
  }),
  member(72, { firstname: "R.", lastname: "Nguyen", email: "renee@harbor.example", city: "Meridian" }),
] as const;

/** What waits when a test begins, the most likely first. */
export const waitingGroups: Group[] = [
  group(
    401,
    [anna, annie],
    [
      pair(901, anna, annie, {
        certain: true,
        reasons: [
          BOOK,
          reason("email", 18, "the same", anna.values.email, annie.values.email),
          reason("birth", 13.5, "the same", anna.values.birth_date, annie.values.birth_date),
          reason("last", 11.2, "the same, and rare", "Holmberg", "Holmberg"),
          reason("address", 12, "nearly the same", anna.values.address, annie.values.address),
          reason("first", -2.5, "a short form", "Anna", "Annie"),
          reason("phone", 8, "one slip of the finger", "+15125551201", "+15125551207"),
        ],
      }),
    ],
  ),
  group(
    402,
    [luis, luisAgain],
    [
      pair(902, luis, luisAgain, {
        kind: "phone",
        holds: luisAgain.key,
        reasons: [
          BOOK,
          reason("phone", 15, "the same", "+16195554410", "+16195554410"),
          reason("last", 6.4, "the same", "Patel", "Patel"),
          reason("first", 5.1, "the same", "Luis", "Luis"),
          reason("city", -1.5, "the area is shared by many", "San Diego", "San Diego"),
        ],
      }),
    ],
  ),
  group(
    403,
    [...renees],
    [
      pair(903, renees[0], renees[1], {
        kind: "phone",
        reasons: [
          BOOK,
          reason("phone", 15, "the same"),
          reason("first", 7.7, "the same but for an accent", "Renée", "Renee"),
          reason("email", -1.2, "different", renees[0].values.email, renees[1].values.email),
        ],
      }),
      pair(904, renees[0], renees[2], {
        reasons: [
          BOOK,
          reason("email", 18, "the same"),
          reason("first", 2, "an initial", "Renée", "R."),
          reason("city", -1.5, "different", "Boise", "Meridian"),
        ],
      }),
    ],
  ),
];

const merge: MergeOut = {
  id: 71,
  contact_id: person(40).id,
  name: "Priya Sullivan",
  other_contact_id: person(41).id,
  other_name: "P. Sullivan",
  state: "live",
  how: "person",
  by: "Maya Stern",
  at: ago(25),
  posterior: 14.2,
  hubspot: "waiting",
  hubspot_words: "Both are still in HubSpot. They are merged there when the waiting time is over.",
  hubspot_due_at: ahead(23 * 60),
  hubspot_id: "151000100",
  other_hubspot_id: "151000101",
  merged_hubspot_id: null,
  undone_at: null,
  undone_by: null,
  left_behind: [],
};

export const mergesBefore: MergeOut[] = [
  merge,
  {
    ...merge,
    id: 70,
    name: "Tom Becker",
    other_name: "Thomas Becker",
    how: "automatic",
    by: "the strict gate",
    at: ago(60 * 30),
    hubspot: "done",
    hubspot_words: "Merged in HubSpot.",
    hubspot_due_at: null,
    merged_hubspot_id: "151000100",
    left_behind: [
      "Deals and e-mails that HubSpot moved stay at the merged contact.",
      "The other contact gets a new id in HubSpot.",
    ],
  },
  {
    ...merge,
    id: 69,
    name: "Grace Okafor",
    other_name: "Grace Okafor-Lind",
    how: "hubspot",
    by: "HubSpot",
    at: ago(60 * 52),
    hubspot: "refused",
    hubspot_words: "HubSpot refused to merge them: one was merged too often.",
    hubspot_due_at: null,
  },
  {
    ...merge,
    id: 68,
    name: "Wei Zhang",
    other_name: "Wei Zhang",
    state: "undone",
    at: ago(60 * 70),
    undone_at: ago(60 * 20),
    undone_by: "Dana Fields",
    hubspot: "remade",
    hubspot_words: "The other contact was made in HubSpot again.",
    hubspot_due_at: null,
  },
];

export const runningScan: ScanOut = {
  id: 5,
  status: "running",
  phase: "pairs",
  done: 18_400,
  total: 41_338,
  found: 812,
  by: "Dana Fields",
  started_at: ago(3),
  progress_at: ago(0),
  finished_at: null,
};

export const duplicateSettings: DuplicateSettingsOut = {
  at_ingest: true,
  automatic: false,
  follow_hubspot: true,
  hubspot_wait_hours: 24,
  rules: { phone: "newest" },
  defaults: { consent_to_contact: "stricter", email: "survivor" },
};

const gone = (status: number, code: string, title: string, detail: string) =>
  HttpResponse.json({ code, title, detail }, { status });

/** A book that remembers what was decided in it. */
export class MockDuplicates {
  groups = [...waitingGroups];
  merges = [...mergesBefore];
  scan: ScanOut | null = { ...runningScan };
  settings = { ...duplicateSettings };
  asked: MergeIn[] = [];
  private rejected: Group[] = [];
  private merged = new Map<number, Group>();
  private decided = 37;

  summary(): DuplicateSummary {
    const pairs = this.groups.flatMap((one) => one.pairs);
    const kinds: Record<string, number> = {};
    for (const { kind } of pairs) kinds[kind] = (kinds[kind] ?? 0) + 1;
    return {
      open: pairs.length,
      held: pairs.filter(({ holds }) => holds).length,
      certain: pairs.filter(({ certain }) => certain).length,
      decided_today: this.decided,
      waiting: 12,
      kinds,
      scan: this.scan,
      report: {
        days: 30,
        by_people: 212,
        automatic: 1_040,
        followed: 31,
        undone: 6,
        undone_automatic: 1,
        rejected: 84,
        people: [
          { by: "Maya Stern", merged: 140, rejected: 52, undone: 3 },
          { by: "Dana Fields", merged: 72, rejected: 32, undone: 2 },
        ],
      },
    };
  }

  list(asked: URLSearchParams): Group[] {
    const [kind, contact] = [asked.get("kind"), asked.get("contact_id")];
    return this.groups.filter(
      (one) =>
        (!asked.has("certain") || String(one.certain) === asked.get("certain")) &&
        (!asked.has("least") || one.posterior >= Number(asked.get("least"))) &&
        (!kind || one.pairs.some((found) => found.kind === kind)) &&
        (!asked.get("held") || one.pairs.some(({ holds }) => holds)) &&
        (!contact || one.members.some(({ id }) => id === contact)),
    );
  }

  /** Null: there is no such group any more. Whoever is in HubSpot only is let in by the sync: no merge of it yet. */
  merge(body: MergeIn): MergeOut[] | null {
    this.asked.push(body);
    const found = this.groups.find((one) =>
      body.members.every((key) => one.members.some((m) => m.key === key)),
    );
    if (!found) return null;
    this.groups = this.groups.filter((one) => one !== found);
    const survivor = found.members.find(({ key }) => key === body.survivor) ?? found.members[0];
    const made = found.members
      .filter((one) => one !== survivor && one.id !== null && body.members.includes(one.key))
      .map((other, index) => ({
        ...merge,
        id: found.id * 10 + index,
        contact_id: survivor?.id ?? merge.contact_id,
        name: survivor?.name ?? "",
        other_contact_id: other.id ?? merge.other_contact_id,
        other_name: other.name,
        at: ago(0),
      }));
    for (const { id } of made) this.merged.set(id, found);
    this.merges = [...made, ...this.merges];
    this.decided += 1;
    return made;
  }

  /** Who was merged wrongly counts as two people, and is not proposed again. */
  undo(id: number): MergeOut | undefined {
    const before = this.merged.get(id);
    if (before && !this.rejected.includes(before)) this.rejected.push(before);
    this.merges = this.merges.map((one) =>
      one.id === id ? { ...one, state: "undone", undone_at: ago(0), undone_by: "Dana Fields" } : one,
    );
    return this.merges.find((one) => one.id === id);
  }

  pairsOf(id: number): number[] {
    return this.merged.get(id)?.pairs.map((pair) => pair.id) ?? [];
  }

  reject(pairs: number[]): number[] {
    const found = this.groups.filter((one) => one.pairs.some(({ id }) => pairs.includes(id)));
    this.groups = this.groups.filter((one) => !found.includes(one));
    this.rejected.push(...found);
    this.decided += found.length;
    return pairs;
  }

  reopen(pairs: number[]): number[] {
    const back = this.rejected.filter((one) => one.pairs.some(({ id }) => pairs.includes(id)));
    this.rejected = this.rejected.filter((one) => !back.includes(one));
    this.groups = [...this.groups, ...back].sort((one, other) => one.id - other.id);
    return pairs;
  }
}

export function duplicateHandlersOf(book: MockDuplicates) {
  const change = (id: unknown, parts: Partial<MergeOut>) => {
    book.merges = book.merges.map((one) => (one.id === Number(id) ? { ...one, ...parts } : one));
    return HttpResponse.json(book.merges.find((one) => one.id === Number(id)));
  };
  return [
    http.get(`${API}/duplicates`, ({ request }) => {
      const groups = book.list(new URL(request.url).searchParams);
      return HttpResponse.json({ groups, next_cursor: null, total: groups.length });
    }),
    http.get(`${API}/duplicates/summary`, () => HttpResponse.json(book.summary())),
    http.get(`${API}/duplicates/groups/:id`, ({ params }) => {
      const found = book.groups.find(({ id }) => id === Number(params.id));
      return found
        ? HttpResponse.json(found)
        : gone(404, "not-found", "Not found", "There is no such open group.");
    }),
    http.post(`${API}/duplicates/preview`, async ({ request }) => {
      const asked = (await request.json()) as MergeIn;
      const members = book.groups
        .flatMap((one) => one.members)
        .filter(({ key }) => asked.members.includes(key));
      return members.length > 1
        ? HttpResponse.json(previewOf(members, asked))
        : gone(409, "stale", "It has changed meanwhile", "They were decided by somebody else.");
    }),
    http.post(`${API}/duplicates/merge`, async ({ request }) => {
      const made = book.merge((await request.json()) as MergeIn);
      return made
        ? HttpResponse.json(made)
        : gone(409, "stale", "It has changed meanwhile", "They were decided by somebody else.");
    }),
    http.post(`${API}/duplicates/merge-many`, async ({ request }) => {
      const { expected } = (await request.json()) as { expected: number };
      const certain = book.groups.filter((one) => one.certain);
      if (certain.length !== expected)
        return gone(409, "stale", "It has changed meanwhile", `There are ${certain.length} of them now.`);
      const made = certain.flatMap(
        ({ members }) => book.merge({ members: members.map(({ key }) => key) }) ?? [],
      );
      return HttpResponse.json({ merged: made.map(({ id }) => id), refused: [], left: 0 });
    }),
    http.post(`${API}/duplicates/reject`, async ({ request }) => {
      const { pairs } = (await request.json()) as { pairs: number[] };
      return HttpResponse.json({ pairs: book.reject(pairs) });
    }),
    http.post(`${API}/duplicates/reopen`, async ({ request }) => {
      const { pairs } = (await request.json()) as { pairs: number[] };
      return HttpResponse.json({ pairs: book.reopen(pairs) });
    }),
    http.get(`${API}/duplicates/merges`, ({ request }) => {
      const asked = new URL(request.url).searchParams;
      const [state, contact] = [asked.get("state"), asked.get("contact_id")];
      const merges = book.merges.filter(
        (one) =>
          (!state || one.state === state) &&
          (!contact || one.contact_id === contact || one.other_contact_id === contact),
      );
      return HttpResponse.json({ merges, next_cursor: null });
    }),
    http.post(`${API}/duplicates/merges/undo`, async ({ request }) => {
      const { merges } = (await request.json()) as { merges: number[] };
      const undone = merges.filter((id) => book.undo(id));
      return HttpResponse.json({ undone, pairs: undone.flatMap((id) => book.pairsOf(id)), refused: [] });
    }),
    http.post(`${API}/duplicates/merges/:id/undo`, ({ params }) => {
      const undone = book.undo(Number(params.id));
      return undone ? HttpResponse.json(undone) : gone(404, "not-found", "Not found", "No such merge.");
    }),
    http.post(`${API}/duplicates/merges/:id/hubspot`, ({ params }) =>
      change(params.id, {
        hubspot: "approved",
        hubspot_words: "They are merged in HubSpot next.",
        hubspot_due_at: null,
      }),
    ),
    http.post(`${API}/duplicates/scans`, () => {
      book.scan = { ...runningScan, done: 0, found: 0, phase: "keys" };
      return HttpResponse.json(book.scan);
    }),
    http.post(`${API}/duplicates/scans/:id/cancel`, () => {
      book.scan = { ...(book.scan ?? runningScan), status: "cancelled", finished_at: ago(0) };
      return HttpResponse.json(book.scan);
    }),
    http.get(`${API}/duplicates/settings`, () => HttpResponse.json(book.settings)),
    http.patch(`${API}/duplicates/settings`, async ({ request }) => {
      book.settings = { ...book.settings, ...((await request.json()) as object) };
      return HttpResponse.json(book.settings);
    }),
  ];
}

export const duplicateHandlers = duplicateHandlersOf(new MockDuplicates());
