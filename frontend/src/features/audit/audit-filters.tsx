import { Check, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ChipBar, ChipMenu, chip } from "@/components/ui/chips";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { formatCivilDate } from "@/lib/format";
import { type AuditSearch, dayAgo, TOPICS, toggleTopic, WAYS, without } from "./filters";
import type { AuditFacets } from "./queries";
import { describeThing, type Names } from "./words";

interface AuditFiltersProps {
  facets: AuditFacets | undefined;
  search: AuditSearch;
  names: Names;
  /** What the thing that is filtered by is called, where its events do not say. */
  thingName: string | undefined;
  onChange: (search: AuditSearch) => void;
}

/** What narrows the log: who, about what, when, how, and the one thing somebody came for. */
export function AuditFilters({ facets, search, names, thingName, onChange }: AuditFiltersProps) {
  const topics = search.about ?? [];
  const hasFilters = Object.keys(without(search, "text")).length > 0;
  return (
    <ChipBar>
      {search.thing && (
        <button type="button" className={chip(true)} onClick={() => onChange(without(search, "thing"))}>
          {thingName ?? describeThing(search.thing, names)}
          <X className="size-3.5" aria-hidden />
          <span className="sr-only">, give up this filter</span>
        </button>
      )}
      <ChipMenu
        label="Who"
        isOn={search.who !== undefined}
        chosen={search.who !== undefined && actorName(search.who, names)}
        className="w-72"
      >
        {(close) => (
          <ActorList
            actors={facets?.actors ?? []}
            chosen={search.who}
            names={names}
            onChoose={(who) => {
              onChange(who === search.who ? without(search, "who") : { ...search, who });
              close();
            }}
          />
        )}
      </ChipMenu>
      <ChipMenu
        label="About"
        isOn={topics.length > 0}
        chosen={topics.length === 1 ? TOPICS.find(({ id }) => id === topics[0])?.label : topics.length}
      >
        {TOPICS.map(({ id, label, icon: Icon, nouns }) => (
          <label
            key={id}
            className="flex h-8 pointer-coarse:h-11 cursor-pointer items-center gap-2.5 rounded-sm px-2 text-sm hover:bg-hover has-[:focus-visible]:bg-hover"
          >
            <input
              type="checkbox"
              checked={topics.includes(id)}
              onChange={() => onChange(toggleTopic(search, id))}
              className="size-4 accent-ink"
            />
            <span className="flex-1 truncate">{label}</span>
            {facets && !facets.kinds.some((kind) => nouns.includes(kind.split(".")[0] ?? "")) && (
              <span className="text-2xs text-muted">none</span>
            )}
            <Icon className="size-4 text-muted" aria-hidden />
          </label>
        ))}
      </ChipMenu>
      <ChipMenu
        label="When"
        isOn={Boolean(search.from || search.to)}
        chosen={periodName(search)}
        className="max-h-none"
      >
        {(close) => <Period search={search} onChange={onChange} onDone={close} />}
      </ChipMenu>
      <ChipMenu
        label="How"
        isOn={search.how !== undefined}
        chosen={WAYS.find(({ value }) => value === search.how)?.label}
      >
        {(close) =>
          WAYS.map(({ value, label }) => (
            <Choice
              key={value}
              isOn={value === search.how}
              onChoose={() => {
                onChange(value === search.how ? without(search, "how") : { ...search, how: value });
                close();
              }}
            >
              {label}
            </Choice>
          ))
        }
      </ChipMenu>
      {hasFilters && (
        <Button
          kind="quiet"
          size="sm"
          onClick={() => onChange(without(search, "who", "about", "how", "thing", "from", "to"))}
        >
          <X aria-hidden /> Clear
        </Button>
      )}
    </ChipBar>
  );
}

interface ChoiceProps {
  isOn: boolean;
  onChoose: () => void;
  children: string;
}

/** One of several, of which one is chosen at a time; chosen again it is given up. */
function Choice({ isOn, onChoose, children }: ChoiceProps) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onChoose}
      className="flex h-8 pointer-coarse:h-11 w-full items-center gap-2 rounded-sm px-2 text-left text-sm hover:bg-hover focus-visible:-outline-offset-2"
    >
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {isOn && <Check className="size-4 shrink-0" aria-hidden />}
    </button>
  );
}

/** How somebody is called in a list of their own: a program goes by the name it gave itself. */
function actorName(actor: string, names: Names): string {
  return actor === "sync" ? "The sync" : names.person(actor);
}

const MANY = 8;

interface ActorListProps {
  actors: string[];
  chosen: string | undefined;
  names: Names;
  onChoose: (actor: string) => void;
}

/** People first, then programs. */
function ActorList({ actors, chosen, names, onChoose }: ActorListProps) {
  const [typed, setTyped] = useState("");
  const shown = actors
    .filter((actor) =>
      `${actorName(actor, names)} ${actor}`.toLowerCase().includes(typed.trim().toLowerCase()),
    )
    .sort((a, b) => Number(b.includes("@")) - Number(a.includes("@")));
  return (
    <>
      {actors.length > MANY && (
        <Input
          aria-label="Find somebody"
          placeholder="Name or address"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          className="mb-1"
        />
      )}
      {shown.map((actor) => (
        <Choice key={actor} isOn={actor === chosen} onChoose={() => onChoose(actor)}>
          {actorName(actor, names)}
        </Choice>
      ))}
      {shown.length === 0 && <p className="p-3 text-muted text-sm">Nobody by that name did anything here.</p>}
    </>
  );
}

const PERIODS = [
  { label: "Today", days: 0 },
  { label: "Last 7 days", days: 6 },
  { label: "Last 30 days", days: 29 },
  { label: "Last 365 days", days: 364 },
];

function periodName({ from, to }: AuditSearch): string {
  const period = PERIODS.find(({ days }) => !to && from === dayAgo(days));
  if (period) return period.label;
  if (!from) return to ? `until ${formatCivilDate(to)}` : "";
  return to ? `${formatCivilDate(from)} – ${formatCivilDate(to)}` : `since ${formatCivilDate(from)}`;
}

interface PeriodProps {
  search: AuditSearch;
  onChange: (search: AuditSearch) => void;
  onDone: () => void;
}

function Period({ search, onChange, onDone }: PeriodProps) {
  const put = (name: "from" | "to", day: string) =>
    onChange(day ? { ...search, [name]: day } : without(search, name));
  return (
    <>
      {PERIODS.map(({ label, days }) => {
        const from = dayAgo(days);
        const isOn = search.from === from && !search.to;
        return (
          <Choice
            key={label}
            isOn={isOn}
            onChoose={() => {
              onChange(isOn ? without(search, "from", "to") : { ...without(search, "to"), from });
              onDone();
            }}
          >
            {label}
          </Choice>
        );
      })}
      <div className="mt-1 grid gap-2.5 border-t p-2 pt-2.5">
        <Field label="From">
          {(control) => (
            <Input
              {...control}
              type="date"
              max={search.to}
              value={search.from ?? ""}
              onChange={({ target }) => put("from", target.value)}
            />
          )}
        </Field>
        <Field label="To, that day included">
          {(control) => (
            <Input
              {...control}
              type="date"
              min={search.from}
              value={search.to ?? ""}
              onChange={({ target }) => put("to", target.value)}
            />
          )}
        </Field>
      </div>
    </>
  );
}
