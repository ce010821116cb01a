import { RotateCcw, Unlink } from "lucide-react";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { Combobox } from "@/components/ui/combobox";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { RadioCards } from "@/components/ui/radio-cards";
import { SideBadge } from "@/components/ui/side";
import { Switch } from "@/components/ui/switch";
import { cn } from "@/lib/cn";
import { DirectionGlyph } from "./direction";
import { propertyOptions } from "./property-options";
import type { FieldDefinition, PropertyOut, Rule } from "./queries";
import type { Row } from "./rows";
import { withProperty, withTransform } from "./rules";
import { Sample, useSample } from "./sample";
import { isComplete, TransformForm } from "./transform-form";
import { DIRECTIONS, type Direction, KINDS, POLICIES, type Policy } from "./words";

interface FieldSheetProps {
  tenant: string;
  row: Row;
  definition: FieldDefinition | undefined;
  properties: PropertyOut[];
  /** Which field each property is mapped to, as drafted. */
  used: Map<string, string>;
  zone: string;
  canWrite: boolean;
  onChange: (rule: Rule) => void;
  onUnmap: () => void;
  onPutBack: () => void;
  onClose: () => void;
}

/** One field's rule, every part explained, with what it makes of real contacts. Changes go into the draft at once. */
export function FieldSheet(props: FieldSheetProps) {
  const { row, canWrite, onClose, onUnmap, onPutBack } = props;
  const { saved, state } = row;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      shape="sheet"
      className={cn("w-[min(64rem,100vw)] max-sm:max-h-[92dvh]", !canWrite && "w-[min(38rem,100vw)]")}
      title={row.label}
      description={
        canWrite
          ? "Changes are collected. Nothing happens before you save them as a version."
          : "Only an administrator can change the mapping."
      }
    >
      {state === "gone" ? (
        <Notice
          tone="warn"
          title="To be taken out of the mapping"
          action={<Button onClick={onPutBack}>Keep it mapped</Button>}
          className="mb-5"
        >
          Both sides keep the values they hold. From then on an edit of one side does not reach the other.
        </Notice>
      ) : (
        <RuleForm {...props} />
      )}
      <DialogActions>
        {canWrite && state !== "gone" && (
          <Button kind="danger" className="mr-auto" onClick={onUnmap}>
            <Unlink aria-hidden /> Take it out
          </Button>
        )}
        {canWrite && saved && state === "changed" && (
          <Button kind="quiet" onClick={onPutBack}>
            <RotateCcw aria-hidden /> As it was
          </Button>
        )}
        <Button kind="primary" onClick={onClose}>
          {canWrite ? "Done" : "Close"}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function RuleForm({ tenant, row, definition, properties, used, zone, canWrite, onChange }: FieldSheetProps) {
  const blankId = useId();
  const { rule, saved } = row;
  const field = { name: row.field, label: row.label, kind: row.kind, options: definition?.options ?? [] };
  const isTried = canWrite && row.property !== null && isComplete(rule.transform);
  const sample = useSample(tenant, rule, isTried);
  const fault = (part: string) => sample.faults.get(part);
  const choose = (name: string) => {
    const property = properties.find((one) => one.name === name);
    if (property) onChange(withProperty(rule, row.kind, property));
  };
  return (
    <div className={cn("grid items-start gap-x-8 gap-y-6 pb-6", isTried && "lg:grid-cols-[1fr_22rem]")}>
      <div className="grid min-w-0 gap-6">
        {saved?.paused && (
          <Notice tone="warn" title="This field rests">
            {saved.paused} Both sides keep what they hold; it goes on by itself when that is mended.
          </Notice>
        )}
        {saved?.warning && (
          <Notice tone="warn" title="To be looked at">
            {saved.warning}
          </Notice>
        )}
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label={
              <>
                <SideBadge side="hubspot" /> property
              </>
            }
            error={fault("property")}
            hint={<PropertyFacts property={row.property} />}
          >
            {(control) => (
              <Combobox
                {...control}
                value={rule.property}
                onValueChange={choose}
                options={propertyOptions(properties, field, used)}
                placeholder="Choose a property"
                searchLabel="Find a property"
                disabled={!canWrite}
              />
            )}
          </Field>
          <div className="grid content-start gap-1.5">
            <p className="font-medium text-ink-2 text-xs">
              <SideBadge side="loanark" /> field
            </p>
            <p className="flex h-8.5 pointer-coarse:h-11 items-center rounded-md border bg-sunken px-2.5 text-sm">
              {row.label}
            </p>
            <p className="text-muted text-xs">
              <code className="font-mono text-2xs">{row.field}</code> · {KINDS[row.kind]}
            </p>
          </div>
        </div>

        <RadioCards
          legend="Moves"
          value={rule.direction}
          onValueChange={(direction) =>
            onChange({
              ...rule,
              direction,
              blank_may_overwrite: direction === "both" ? rule.blank_may_overwrite : false,
            })
          }
          cards={directionCards(row)}
          error={fault("direction")}
          disabled={!canWrite}
        />

        {rule.direction === "both" && (
          <RadioCards
            legend="If both sides change it differently"
            value={rule.policy}
            onValueChange={(policy) => onChange({ ...rule, policy })}
            cards={policyCards(row)}
            error={fault("policy")}
            disabled={!canWrite}
          />
        )}

        <div className="flex items-start justify-between gap-4">
          <div className="grid gap-0.5">
            <label htmlFor={blankId} className="font-medium text-sm">
              A blank clears the other side
            </label>
            <p id={`${blankId}-note`} className="text-pretty text-muted text-xs">
              {rule.blank_may_overwrite
                ? "Who empties the field on one side empties it on the other. What was there stays in the history."
                : "Emptied on one side, the other keeps its value."}
            </p>
          </div>
          <Switch
            id={blankId}
            aria-describedby={`${blankId}-note`}
            checked={rule.blank_may_overwrite}
            onCheckedChange={(blank_may_overwrite) => onChange({ ...rule, blank_may_overwrite })}
            disabled={!canWrite}
            className="mt-0.5"
          />
        </div>

        <TransformForm
          tenant={tenant}
          field={field}
          property={row.property}
          value={rule.transform}
          onChange={(transform) => onChange(withTransform(rule, transform))}
          zone={zone}
          error={fault("transform") ?? fault("rule")}
          disabled={!canWrite}
        />
      </div>
      {isTried && <Sample sample={sample} />}
    </div>
  );
}

function PropertyFacts({ property }: { property: PropertyOut | null }) {
  if (!property) return "HubSpot has no property of this name now.";
  return (
    <span>
      <code className="font-mono text-2xs">{property.name}</code> · {property.type}
      {!property.writable && " · read-only"}
      {property.unique && " · unique"}
    </span>
  );
}

function directionCards({ readOnly, rule: { transform } }: Row) {
  const isOneWay = transform?.kind === "split_name" || transform?.kind === "join_name";
  const only = transform?.kind === "split_name" ? "to_loanark" : "to_hubspot";
  return (["both", "to_loanark", "to_hubspot"] as Direction[]).map((value) => ({
    value,
    label: <DirectionGlyph direction={value} isWorded />,
    note: DIRECTIONS[value].note,
    disabledBecause:
      readOnly && value !== "to_loanark"
        ? "HubSpot does not let this property be written."
        : isOneWay && value !== only
          ? "A part of a name, or a whole one, goes one way only."
          : undefined,
  }));
}

function policyCards({ property, rule }: Row) {
  const canUnite = property?.kind === "enum_set" || rule.policy === "union";
  return (Object.keys(POLICIES) as Policy[]).map((value) => ({
    value,
    label: POLICIES[value].label.replace(/^./, (letter) => letter.toUpperCase()),
    note: (
      <>
        {POLICIES[value].note}
        {rule.policy === value && <span className="mt-0.5 block">{POLICIES[value].example}</span>}
      </>
    ),
    disabledBecause:
      value === "union" && !canUnite ? "Only fields with several options can hold both." : undefined,
  }));
}
