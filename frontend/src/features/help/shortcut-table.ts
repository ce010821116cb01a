/**
 * A key by its name, as `useHotkeys` and `KeyboardEvent.key` have it: "n"; with others held, "mod+k"; one after the
 * other, "g d".
 */
type Keys = string;
/** Any of the keys does it. */
type Shortcut = [keys: Keys[], meaning: string];

/** Every key there is, by where it works. */
export const SHORTCUTS: [place: string, shortcuts: Shortcut[]][] = [
  [
    "Everywhere",
    [
      [["mod+k"], "Go anywhere, do anything"],
      [["g d"], "Dashboard"],
      [["g c"], "Contacts"],
      [["g n"], "Needs you"],
      [["g u"], "Duplicates"],
      [["g s"], "Sync"],
      [["g m"], "Mapping"],
      [["g h"], "Help"],
      [["?"], "Keyboard shortcuts"],
      [["Escape"], "Close, cancel, empty the search"],
    ],
  ],
  [
    "Lists",
    [
      [["/"], "Search"],
      [["j", "ArrowDown"], "Next row"],
      [["k", "ArrowUp"], "Previous row"],
      [["Enter"], "Open the row"],
    ],
  ],
  [
    "Contacts",
    [
      [["n"], "New contact"],
      [["o"], "Open the contact"],
      [["s"], "LoanArk’s or HubSpot’s values"],
      [["x", "Space"], "Choose the row, or not"],
      [["shift+j", "shift+ArrowDown"], "Choose on downwards"],
      [["shift+k", "shift+ArrowUp"], "Choose on upwards"],
      [["Escape"], "Choose none"],
      [["Home", "End"], "First, last column"],
      [["mod+Home", "mod+End"], "First, last row"],
    ],
  ],
  [
    "A cell of contacts",
    [
      [["Enter", "F2"], "Edit; typing replaces the value"],
      [["Delete"], "Empty it"],
      [["Enter"], "Save"],
      [["Tab", "shift+Tab"], "Save; edit the next, the previous cell"],
      [["Escape"], "Leave it as it was"],
    ],
  ],
  [
    "A heading of contacts",
    [
      [["Enter"], "Sort"],
      [["alt+ArrowDown"], "Menu of the column"],
      [["mod+ArrowLeft", "mod+ArrowRight"], "Move the column"],
      [["shift+ArrowLeft", "shift+ArrowRight"], "Narrower, wider"],
      [["alt+ArrowUp", "alt+ArrowDown"], "In the list of columns: move it"],
    ],
  ],
  [
    "A contact",
    [
      [["e"], "Edit"],
      [["[", "]"], "The contact before, the next one"],
    ],
  ],
  [
    "Needs you",
    [
      [["1"], "Take HubSpot’s value"],
      [["2"], "Take LoanArk’s value"],
      [["3"], "Type another value"],
      [["a"], "Decide all that are alike"],
      [["u"], "Undo the last decision"],
    ],
  ],
  [
    "Duplicates",
    [
      [["m"], "Merge into one contact"],
      [["n"], "Not the same person"],
      [["s", "ArrowRight"], "Skip to the next"],
      [["j", "k"], "The next one, the one before"],
      [["w"], "Why they may be one person"],
      [["u"], "Undo the last decision"],
    ],
  ],
  ["Mapping", [[["mod+s"], "Review the changes, to save them"]]],
];
