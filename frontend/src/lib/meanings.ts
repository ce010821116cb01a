import problemsText from "../../../docs/problems.md?raw";

/**
 * What the states and codes on the screens mean: what happened, what is safe, what to do. One source of words: the
 * states are told here, the codes in docs/problems.md. A chunk of its own, which comes when somebody asks.
 */

export interface Meaning {
  code: string;
  title: string;
  happened: string;
  safe: string;
  todo: string;
}

export interface Chapter {
  title: string;
  meanings: Meaning[];
}

type Words = [code: string, title: string, happened: string, safe: string, todo: string];

const NOTHING = "Nothing.";

const SYNC: Words[] = [
  [
    "sync.in_sync",
    "In sync",
    "HubSpot and LoanArk hold the same values for every field that is matched.",
    "Every edit on either side is followed.",
    NOTHING,
  ],
  [
    "sync.pending",
    "Pending",
    "Something changed on one side and is on its way to the other.",
    "The change is kept until it has arrived, even if everything is switched off meanwhile.",
    "Nothing: it usually takes seconds. If it stays for minutes, the dashboard says why.",
  ],
  [
    "sync.conflict",
    "Conflict",
    "Both sides changed the same field to different values, and the field’s rule is to ask.",
    "Both values are kept as they are. The contact’s other fields go on.",
    "Choose which one to keep, on the contact or on the page Needs you.",
  ],
  [
    "sync.failing",
    "Failing",
    "A value, or the whole contact, could not be carried over. The reason stands beside it.",
    "Nothing was overwritten. Everything else about the contact goes on.",
    "Correct the value, or what the reason names. Retry on the page Needs you if HubSpot was changed.",
  ],
  [
    "sync.not_linked",
    "Not in HubSpot",
    "The contact is in LoanArk only: it is not made in HubSpot yet, or must not be.",
    "It can be edited here like any other.",
    "Read the reason beside it. Without one it is made in HubSpot by itself.",
  ],
  [
    "sync.deleted",
    "Deleted",
    "The contact was deleted on one side, and the other followed by its rule.",
    "Its values and history are kept.",
    "Restore it from its page if that was a mistake.",
  ],
];

const DUPLICATES: Words[] = [
  [
    "duplicate.certain",
    "Certain",
    "So much speaks for one person, and nothing against it, that the strict rules let the pair through.",
    "Nothing is merged yet, unless an administrator switched that on. Each merge can be undone.",
    "Merge it, or all certain ones at once.",
  ],
  [
    "duplicate.held",
    "Holds a new contact back",
    "A new contact may be somebody who is there already. It is not made on the other side before that is decided.",
    "It is kept on its own side as it is. Everybody else goes on.",
    "Say whether they are one person. Either way it goes on by itself then.",
  ],
  [
    "duplicate.waiting",
    "Waits in HubSpot",
    "Merged in LoanArk. In HubSpot both are still there, until the waiting time is over or a person says so.",
    "Until then an undo brings everything back, on both sides.",
    "Nothing. Merge in HubSpot now if there is no doubt; undo it if there is.",
  ],
  [
    "duplicate.refused",
    "Refused by HubSpot",
    "HubSpot did not merge the two. Its reason stands beside it.",
    "In LoanArk they are one, and both of HubSpot’s go on being synchronised.",
    "Do what the reason says, then try in HubSpot again; or merge them there yourself, which is followed.",
  ],
  [
    "duplicate.remade",
    "Made again in HubSpot",
    "The merge was undone after HubSpot had merged, too. HubSpot cannot undo that: the other contact was made anew.",
    "Its values were stored before the merge, and are as they were.",
    "Look at what did not come back, which is listed beside it.",
  ],
];

const RUNS: Words[] = [
  [
    "run.running",
    "Running",
    "Contacts are being read, compared and, where they differ, changed.",
    "You may close the page. A run that is interrupted goes on where it stopped.",
    "Nothing.",
  ],
  [
    "run.waiting",
    "Waits for approval",
    "Everything was looked at, and what would happen is listed.",
    "Nothing was changed yet, on either side.",
    "Look at the list, then approve it or let it be.",
  ],
  [
    "run.succeeded",
    "Succeeded",
    "Everything was compared, and what differed is the same now.",
    "Every change is in the history and can be undone.",
    NOTHING,
  ],
  [
    "run.partial",
    "Partial",
    "The run ended, but some values or contacts were not carried over.",
    "What was not carried over is unchanged on both sides. All others are done.",
    "See the reasons on the page Needs you. The rest needs nothing.",
  ],
  [
    "run.failed",
    "Failed",
    "The run stopped before its end. The reason stands on its page.",
    "What it had done stays done and is in the history. Nothing is half written.",
    "Do what the reason says, then start it again: what is done already is not done twice.",
  ],
  [
    "run.cancelled",
    "Cancelled",
    "A person stopped it.",
    "What it had done stays done and is in the history.",
    "Nothing. Start another whenever you like.",
  ],
  [
    "run.held",
    "Held for approval",
    "It met more deletions, clears or new contacts than the brakes let pass in an hour.",
    "What is held was done on neither side.",
    "Look at the group on the page Needs you, then approve or reject it.",
  ],
];

const CONNECTION: Words[] = [
  [
    "connection.connected",
    "Connected",
    "HubSpot answers, and LoanArk may read and write contacts.",
    "The stored token is encrypted and shown to nobody.",
    NOTHING,
  ],
  [
    "connection.not_connected",
    "Not connected",
    "No HubSpot account belongs to this organisation now.",
    "Contacts, links and history are kept. Edits in LoanArk wait.",
    "An administrator connects HubSpot on the page Connection.",
  ],
  [
    "connection.reconnect_needed",
    "Reconnect needed",
    "HubSpot does not accept the stored access any more: it was taken away, or a permission is missing.",
    "Nothing is lost. Changes on both sides wait.",
    "An administrator connects the same account again on the page Connection.",
  ],
  [
    "connection.paused",
    "Paused",
    "HubSpot asks to wait, or cannot be reached. The page Connection has its reason.",
    "Changes on both sides are kept and wait.",
    "Usually nothing: it goes on by itself.",
  ],
];

const LEVELS: Words[] = [
  [
    "level.ok",
    "All in sync",
    "Both sides were counted and compared, and the sum is right.",
    "Every edit on either side is followed.",
    NOTHING,
  ],
  [
    "level.working",
    "On the way",
    "Something is being carried over right now.",
    "What is under way is kept until it has arrived.",
    "Nothing: it goes on by itself.",
  ],
  [
    "level.attention",
    "Needs you",
    "Something waits for a decision that only a person can make.",
    "What waits is unchanged on both sides. Everything else goes on.",
    "Open the page Needs you.",
  ],
  [
    "level.broken",
    "Stands still",
    "Nothing moves between the two sides now. The sentence says why.",
    "Changes on both sides are kept and are caught up afterwards.",
    "What the sentence says; the page Connection knows more.",
  ],
];

const meaning = ([code, title, happened, safe, todo]: Words): Meaning => ({
  code,
  title,
  happened,
  safe,
  todo,
});

export const STATES: Chapter[] = [
  { title: "A contact", meanings: SYNC.map(meaning) },
  { title: "A duplicate", meanings: DUPLICATES.map(meaning) },
  { title: "A run", meanings: RUNS.map(meaning) },
  { title: "The connection", meanings: CONNECTION.map(meaning) },
  { title: "The whole", meanings: LEVELS.map(meaning) },
];

const ENTRY =
  /^### (\S+)\n+\*\*What happened:\*\*\s+([\s\S]*?)\s+\*\*Safe:\*\*\s+([\s\S]*?)\s+\*\*What to\s+do:\*\*\s+([\s\S]*?)\s*$/;

/** The chapters of docs/problems.md; whatever else it holds is passed over. */
export function readProblems(text: string): Chapter[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((chapter) => ({
      title: chapter.split("\n", 1)[0] ?? "",
      meanings: chapter
        .split(/^(?=### )/m)
        .map((entry) => ENTRY.exec(entry))
        .filter((match) => match !== null)
        .map(([, code = "", happened = "", safe = "", todo = ""]) => ({
          code,
          title: code,
          happened: sentence(happened),
          safe: sentence(safe),
          todo: sentence(todo),
        })),
    }));
}

/** Plain words: what is written as code or as a link is read as its text. */
function sentence(markdown: string): string {
  const plain = markdown
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1")
    .replaceAll(/[`*]/g, "");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export const PROBLEMS: Chapter[] = readProblems(problemsText);

const BY_CODE = new Map(
  [...STATES, ...PROBLEMS].flatMap(({ meanings }) => meanings.map((one) => [one.code, one] as const)),
);

export const meaningOf = (code: string): Meaning | undefined => BY_CODE.get(code);
