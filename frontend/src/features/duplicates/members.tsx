import { Link } from "@tanstack/react-router";
import { Check, Crown, Equal, EqualNot } from "lucide-react";
import { useState } from "react";
import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { SIDE_NAMES, SideGlyph } from "@/components/ui/side";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import { markDifference } from "@/lib/marks";
import { useMedia } from "@/lib/use-media";
import type { GoldenField, Member, Preview } from "./queries";
import { letterOf, type ShowText } from "./words";

export interface MembersProps {
  tenant: string;
  groupId: number;
  members: Member[];
  preview: Preview;
  /** Keys of those that are not to be merged. */
  out: readonly string[];
  /** Whose value a person wants, by field; beside what the preview says. */
  chosen: Readonly<Record<string, string>>;
  survivor: string;
  /** Left out for whoever may not decide. */
  edit: MembersEdit | undefined;
  show: ShowText;
}

export interface MembersEdit {
  onChoose: (field: string, key: string) => void;
  onSurvivor: (key: string) => void;
  onTake: (key: string, isIn: boolean) => void;
}

/** Of fields in which nothing differs so many are shown at once. */
const SAME_AT_ONCE = 4;

/** The contacts side by side, a row a field; on a phone field by field, one under the other. */
export function Members(props: MembersProps) {
  const isWide = useMedia("(min-width: 48rem)");
  const [showsAll, setShowsAll] = useState(false);
  const { golden } = props.preview;
  const differing = golden.filter(({ differs }) => differs);
  const same = golden.filter(({ differs }) => !differs);
  const fields = [...differing, ...(showsAll ? same : same.slice(0, SAME_AT_ONCE))];
  const hidden = differing.length + same.length - fields.length;
  return (
    <div>
      {isWide ? <Table {...props} fields={fields} /> : <Stack {...props} fields={fields} />}
      {hidden > 0 && (
        <button
          type="button"
          onClick={() => setShowsAll(true)}
          className="mt-1 min-h-8 pointer-coarse:min-h-11 rounded-sm text-muted text-xs underline decoration-line-strong underline-offset-3 hover:text-ink"
        >
          Show {plural(hidden, "more field")} in which nothing differs
        </button>
      )}
      {props.edit && props.preview.survivor_fixed && (
        <p className="mt-2 text-muted text-xs">{props.preview.survivor_fixed}</p>
      )}
    </div>
  );
}

type Fields = MembersProps & { fields: GoldenField[] };

function Table(props: Fields) {
  const { members, fields, out } = props;
  return (
    <div className="-mx-1 overflow-x-auto px-1">
      <table className="w-full table-fixed border-separate border-spacing-0 text-sm">
        <caption className="sr-only">The contacts side by side, and whose value is kept</caption>
        <colgroup>
          <col className="w-32" />
          {members.map(({ key }) => (
            <col key={key} className={members.length > 2 ? "w-50" : undefined} />
          ))}
        </colgroup>
        <thead>
          <tr className="align-top">
            <td className="sticky left-0 bg-surface" />
            {members.map((member) => (
              <th
                key={member.key}
                scope="col"
                className={cn(
                  "border-b px-3 pb-3 text-left font-normal",
                  out.includes(member.key) && "opacity-55",
                )}
              >
                <MemberHead {...props} member={member} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.field} className="align-top">
              <th
                scope="row"
                className="sticky left-0 border-line/70 border-b bg-surface py-2 pr-2 text-left font-normal"
              >
                <FieldName field={field} />
              </th>
              {members.map((member) => (
                <td
                  key={member.key}
                  className={cn(
                    "border-line/70 border-b p-0",
                    out.includes(member.key) && "opacity-55",
                    isKept(props, field, member) && field.differs && "bg-selected/60",
                  )}
                >
                  <Value {...props} field={field} member={member} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Stack(props: Fields) {
  const { members, fields, out } = props;
  return (
    <>
      <ul aria-label="Contacts" className="grid gap-2">
        {members.map((member) => (
          <li
            key={member.key}
            className={cn("rounded-lg border p-3 text-sm", out.includes(member.key) && "opacity-55")}
          >
            <MemberHead {...props} member={member} />
          </li>
        ))}
      </ul>
      <ul aria-label="Fields" className="mt-4 grid gap-3">
        {fields.map((field) => (
          <li key={field.field} className="text-sm">
            <FieldName field={field} />
            {field.differs ? (
              <ul className="mt-1 divide-y divide-line/70 overflow-hidden rounded-lg border">
                {members.map((member) => (
                  <li
                    key={member.key}
                    className={cn(
                      "flex items-start",
                      out.includes(member.key) && "opacity-55",
                      isKept(props, field, member) && "bg-selected/60",
                    )}
                  >
                    <span className="mt-2.5 ml-2.5">
                      <Letter>{letterOf(members, member.key)}</Letter>
                    </span>
                    <div className="min-w-0 flex-1">
                      <Value {...props} field={field} member={member} />
                    </div>
                  </li>
                ))}
              </ul>
            ) : (
              <p className="break-words text-ink-2">{props.show(field.field, field.text)}</p>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function Letter({ children }: { children: string }) {
  return (
    <span className="grid size-5 shrink-0 place-items-center rounded-xs border border-line-strong bg-surface font-semibold text-2xs text-ink-2">
      {children}
    </span>
  );
}

function FieldName({ field: { label, differs } }: { field: GoldenField }) {
  const Sign = differs ? EqualNot : Equal;
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1.5 text-xs",
        differs ? "font-medium text-ink" : "text-muted",
      )}
    >
      <Sign className="size-3.5 shrink-0" aria-hidden />
      <span className="min-w-0 break-words">{label}</span>
      <span className="sr-only">{differs ? ", differs" : ", the same"}</span>
    </span>
  );
}

type OfMember = MembersProps & { member: Member };

function MemberHead({ tenant, groupId, members, member, preview, survivor, out, edit }: OfMember) {
  const { key, id, name, created_side: side, created_at: made, updated_at: edited, merged } = member;
  const letter = letterOf(members, key);
  const isSurvivor = key === survivor;
  return (
    <div className="grid gap-1.5">
      <p className="flex items-center gap-2">
        <Letter>{letter}</Letter>
        {id ? (
          <Link
            to="/$tenant/contacts/$contactId"
            params={{ tenant, contactId: id }}
            className="min-w-0 break-words font-semibold underline decoration-line-strong underline-offset-3 hover:decoration-ink"
          >
            {name}
          </Link>
        ) : (
          <span className="min-w-0 break-words font-semibold">{name}</span>
        )}
      </p>
      <p className="text-muted text-xs">
        <SideGlyph side={side} className="mr-1.5 size-3.5 align-text-bottom" />
        Made in {SIDE_NAMES[side]} {made && <Ago iso={made} />}
        {edited && (
          <span className="block">
            Changed <Ago iso={edited} />
          </span>
        )}
        {merged > 0 && (
          <span className="block">{plural(merged, "other is", "others are")} one with it already</span>
        )}
      </p>
      {!id && (
        <Badge tone="warn" className="justify-self-start">
          In HubSpot only, waits for this
        </Badge>
      )}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        {edit && !preview.survivor_fixed ? (
          <label className={CHECK}>
            <input
              type="radio"
              name={`survivor ${groupId}`}
              aria-label={`${letter}, ${name}, lives on`}
              checked={isSurvivor}
              disabled={!id || out.includes(key)}
              onChange={() => edit.onSurvivor(key)}
              className="size-4 accent-ink"
            />
            Lives on
          </label>
        ) : (
          isSurvivor && (
            <span className="inline-flex min-h-6 items-center gap-1.5 font-medium text-xs">
              <Crown className="size-3.5" aria-hidden /> Lives on
            </span>
          )
        )}
        {edit && members.length > 2 && (
          <label className={CHECK}>
            <input
              type="checkbox"
              aria-label={`${letter}, ${name}, is one of them`}
              checked={!out.includes(key)}
              onChange={(event) => edit.onTake(key, event.target.checked)}
              className="size-4 accent-ink"
            />
            Is one of them
          </label>
        )}
      </div>
    </div>
  );
}

const CHECK =
  "inline-flex min-h-6 pointer-coarse:min-h-11 cursor-pointer items-center gap-1.5 font-medium text-xs";

const keptKey = ({ chosen }: MembersProps, { field, key }: GoldenField) => chosen[field] ?? key;

function isKept(props: MembersProps, field: GoldenField, { key }: Member): boolean {
  return keptKey(props, field) === key;
}

/** A value of one of them. Where they differ it can be the one that is kept. */
function Value(props: OfMember & { field: GoldenField }) {
  const { groupId, members, member, field, edit, show, out } = props;
  const text = show(field.field, member.values[field.field]);
  const kept = isKept(props, field, member);
  const winner = members.find(({ key }) => key === keptKey(props, field));
  const content = text ? (
    <Marked text={text} against={kept ? text : show(field.field, winner?.values[field.field])} />
  ) : (
    <em>empty</em>
  );
  if (!field.differs) return <p className="min-w-0 break-words px-3 py-2 text-ink-2">{content}</p>;
  const note = kept && (
    <span className="flex items-center gap-1 text-muted text-xs">
      <Check className="size-3 shrink-0 text-ok" aria-hidden />
      kept{props.chosen[field.field] ? ", chosen by you" : field.why && `: ${field.why}`}
    </span>
  );
  const words = (
    <span className="grid min-w-0">
      <span className={cn("min-w-0 break-words", kept ? "font-medium" : "text-ink-2")}>{content}</span>
      {note}
    </span>
  );
  if (!edit) return <div className="px-3 py-2">{words}</div>;
  return (
    <label
      className={cn(
        "flex min-h-9 pointer-coarse:min-h-11 items-start gap-2 px-3 py-2 has-focus-visible:outline-2 has-focus-visible:outline-ink has-focus-visible:-outline-offset-2",
        !out.includes(member.key) && "cursor-pointer hover:bg-hover",
      )}
    >
      <input
        type="radio"
        name={`${field.field} ${groupId}`}
        aria-label={`${field.label} of ${letterOf(members, member.key)}: ${text || "empty"}`}
        checked={kept}
        disabled={out.includes(member.key)}
        onChange={() => edit.onChoose(field.field, member.key)}
        className="mt-0.5 size-4 shrink-0 accent-ink focus-visible:outline-none"
      />
      {words}
    </label>
  );
}

/** What is otherwise than in the value that is kept is underlined. */
function Marked({ text, against }: { text: string; against: string }) {
  if (text === against || against === "") return text;
  return markDifference(text, against).map(({ text: piece, isNew }, index) =>
    isNew ? (
      <mark
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text, in their order
        key={index}
        className="-mx-px rounded-xs bg-warn-wash px-px text-ink underline decoration-2 decoration-warn underline-offset-4"
      >
        {piece}
      </mark>
    ) : (
      piece
    ),
  );
}
