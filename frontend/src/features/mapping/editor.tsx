import { Plus } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { humanise, plural } from "@/lib/format";
import { toastDone } from "@/lib/toast";
import { AddField, type FreeField } from "./add-field";
import { CreateProperties } from "./create-properties";
import type { DraftState } from "./draft";
import { DraftBar } from "./draft-bar";
import { FieldSheet } from "./field-sheet";
import { FilterBar } from "./filter-bar";
import { MappingTable } from "./mapping-table";
import type { FieldDefinition, MappingOut, MissingOut, PropertyOut, Rule } from "./queries";
import { FULL_NAME_FIELD, isShown, type Row, toRows } from "./rows";
import { SaveDialog } from "./save-dialog";
import type { MappingSearch } from "./search";
import { Unmapped } from "./unmapped";

interface EditorProps {
  tenant: string;
  mapping: MappingOut;
  draft: DraftState;
  properties: PropertyOut[];
  definitions: FieldDefinition[];
  missing: MissingOut | undefined;
  search: MappingSearch;
  onSearch: (search: MappingSearch) => void;
  canWrite: boolean;
  zone: string;
  contacts: number | null;
}

/** In the address: a field is to be mapped, and not said which. */
const ANY = "any";

/** The mapping as a table, the field that is open, and the changes that wait to be saved as one version. */
export function Editor(props: EditorProps) {
  const { tenant, mapping, draft, properties, definitions, missing, search, onSearch, canWrite } = props;
  const [isSaving, setSaving] = useState(false);
  const opener = useRef<string | null>(null);

  const rows = toRows({ mapping, draft: draft.draft, properties, definitions });
  const labels = new Map(rows.map((row) => [row.field, row.label]));
  const used = new Map(
    rows
      .filter(({ state, rule }) => state !== "gone" && rule.transform?.kind !== "split_name")
      .map(({ rule, label }) => [rule.property, label]),
  );
  const shown = rows.filter((row) => isShown(row, search.find ?? "", search.show));
  const open = rows.find((row) => row.field === search.field);
  const changes = draft.changes.map((change) => ({
    ...change,
    label: labels.get(change.field) ?? humanise(change.field),
  }));

  const goTo = (field: string | undefined) => {
    const { field: _, add: __, ...rest } = search;
    onSearch(field ? { ...rest, field } : rest);
  };
  const close = () => {
    goTo(undefined);
    const back = opener.current;
    // The sheet is gone with the next paint; the row it came from has the focus again.
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-field="${CSS.escape(back ?? "")}"]`)?.focus(),
    );
  };
  const unmap = ({ field, label, rule, state }: Row) => {
    const isNew = state === "new";
    if (isNew) draft.putBack(field);
    else draft.put(field, null);
    close();
    toastDone(`${label} is taken out of the draft`, {
      detail: "Nothing happens before the version is saved.",
      undo: () => (isNew ? draft.put(field, rule) : draft.putBack(field)),
    });
  };
  const add = (rule: Rule) => {
    draft.put(rule.field, rule);
    opener.current = rule.field;
    goTo(rule.field);
  };

  return (
    <div className="grid gap-4">
      <Notices mapping={mapping} onShow={() => onSearch({ show: "care" })} />
      {draft.isOvertaken && (
        <Notice
          tone="warn"
          title={`Version ${mapping.version} was saved meanwhile`}
          action={
            <Button size="sm" onClick={() => draft.standOn(mapping.version)}>
              Keep my changes on top of it
            </Button>
          }
        >
          Your changes were begun with version {draft.draft.base}. The table shows the new one with your
          changes on top: look at them again before you save.
        </Notice>
      )}
      {canWrite && missing && <CreateProperties tenant={tenant} missing={missing} />}
      <div className="flex flex-wrap items-start justify-between gap-3">
        <FilterBar rows={rows} search={search} onSearch={onSearch} />
        {canWrite && (
          <Button onClick={() => onSearch({ ...search, add: ANY })}>
            <Plus aria-hidden /> Map a field
          </Button>
        )}
      </div>
      {shown.length > 0 ? (
        <MappingTable
          rows={shown}
          onOpen={(field) => {
            opener.current = field;
            goTo(field);
          }}
        />
      ) : (
        <EmptyState
          title="No field is like that"
          action={<Button onClick={() => onSearch({})}>Show all fields</Button>}
        />
      )}
      <Unmapped
        fields={mapping.unmapped.filter(({ field }) => !labels.has(field))}
        onMap={canWrite ? (field) => onSearch({ ...search, add: field }) : null}
      />
      {changes.length > 0 && (
        <DraftBar
          count={changes.length}
          labels={changes.map(({ label }) => label)}
          onReview={() => !draft.isOvertaken && setSaving(true)}
          onDiscard={() => {
            const before = draft.draft;
            draft.discard();
            toastDone(`${plural(changes.length, "change")} discarded`, {
              undo: () => draft.bringBack(before),
            });
          }}
        />
      )}
      {open && (
        <FieldSheet
          key={open.field}
          tenant={tenant}
          row={open}
          definition={definitions.find(({ name }) => name === open.field)}
          properties={properties}
          used={used}
          zone={props.zone}
          canWrite={canWrite}
          onChange={(rule) => draft.put(open.field, rule)}
          onUnmap={() => unmap(open)}
          onPutBack={() => draft.putBack(open.field)}
          onClose={close}
        />
      )}
      {search.add && canWrite && (
        <AddField
          free={freeFields(definitions, labels)}
          first={search.add === ANY ? null : search.add}
          properties={properties}
          used={used}
          onAdd={add}
          onClose={() => goTo(undefined)}
        />
      )}
      {isSaving && (
        <SaveDialog
          tenant={tenant}
          mapping={mapping}
          draft={draft}
          changes={changes}
          contacts={props.contacts}
          onClose={() => setSaving(false)}
        />
      )}
    </div>
  );
}

function freeFields(definitions: FieldDefinition[], mapped: Map<string, string>): FreeField[] {
  return [...definitions.filter(({ archived_at }) => archived_at === null), FULL_NAME_FIELD].filter(
    ({ name }) => !mapped.has(name),
  );
}

function Notices({ mapping: { fields }, onShow }: { mapping: MappingOut; onShow: () => void }) {
  const resting = fields.filter(({ paused }) => paused).length;
  const warnings = fields.filter(({ warning }) => warning).length;
  const action = (
    <Button size="sm" onClick={onShow}>
      Show {resting + warnings === 1 ? "it" : "them"}
    </Button>
  );
  return (
    <>
      {resting > 0 && (
        <Notice tone="warn" title={plural(resting, "field rests", "fields rest")} action={action}>
          Each says beside it why, and what mends it; then it goes on by itself. What both sides hold stays,
          and all other fields go on as usual.
        </Notice>
      )}
      {warnings > 0 && (
        <Notice
          tone="warn"
          title={plural(warnings, "field has a warning", "fields have a warning")}
          action={resting === 0 && action}
        >
          Each is explained beside its field. Values that both sides know go on as usual.
        </Notice>
      )}
    </>
  );
}
