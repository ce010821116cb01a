import { FileUp } from "lucide-react";
import { type ChangeEvent, type DragEvent, type FormEvent, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { fieldStyle } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { cn } from "@/lib/cn";
import { plural } from "@/lib/format";
import { asProblem, type FieldError } from "@/lib/problem";
import { toastDone } from "@/lib/toast";
import { ChangeList } from "./change-list";
import { useMappingActions, type VersionDiff } from "./queries";
import { asChanges } from "./versions";

interface ImportDialogProps {
  tenant: string;
  labels: Map<string, string>;
  onClose: () => void;
}

/** A document, from a file or pasted: first what it would change, and what is wrong with it; then it is applied. */
export function ImportDialog({ tenant, labels, onClose }: ImportDialogProps) {
  const [yaml, setYaml] = useState("");
  const [shown, setShown] = useState<VersionDiff | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const { preview, importDocument, restore } = useMappingActions(tenant);
  const failed = importDocument.error ?? preview.error;
  const problem = failed ? asProblem(failed) : undefined;

  const write = (text: string) => {
    setYaml(text);
    setShown(null);
    preview.reset();
    importDocument.reset();
  };
  const take = (chosen: File | undefined) => void chosen?.text().then(write);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!shown) {
      preview.mutate({ path: { tenant }, body: { yaml } }, { onSuccess: setShown });
      return;
    }
    const before = shown.before;
    importDocument.mutate(
      { path: { tenant }, body: { yaml, version: before } },
      {
        onSuccess: ({ version }) => {
          onClose();
          toastDone(`Version ${version} is imported`, {
            detail: "Contacts are compared with it by themselves.",
            undo: () =>
              void restore.mutateAsync({ path: { tenant, version: before } }).then(
                () => toastDone(`As it was before: version ${before}`),
                () => undefined, // Told by a toast already.
              ),
          });
        },
      },
    );
  };

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Import a mapping"
      description="Nothing is applied before you have seen what it changes."
      className="w-[min(46rem,calc(100vw-2rem))]"
    >
      <form onSubmit={onSubmit} className="grid gap-4">
        {problem && (
          <div role="alert">
            <Notice tone="bad" title={problem.detail ?? problem.title}>
              <Faults faults={problem.fields} yaml={yaml} />
            </Notice>
          </div>
        )}
        {!shown && (
          <Field label="YAML" hint="Paste it, drop a file here, or choose one.">
            {(control) => (
              <textarea
                {...control}
                value={yaml}
                onChange={(event) => write(event.target.value)}
                onDragOver={(event) => event.preventDefault()}
                onDrop={(event: DragEvent) => {
                  event.preventDefault();
                  take(event.dataTransfer.files[0]);
                }}
                rows={12}
                spellCheck={false}
                className={cn(fieldStyle, "h-auto resize-y py-2 font-mono text-xs")}
              />
            )}
          </Field>
        )}
        {shown &&
          (shown.differences.length === 0 ? (
            <Notice title="It changes nothing">The mapping is like this already.</Notice>
          ) : (
            <section aria-label="What it changes" className="grid gap-2">
              <p className="text-ink-2 text-sm">
                {plural(shown.differences.length, "field")} would be mapped otherwise than in version{" "}
                {shown.before}:
              </p>
              <ChangeList changes={asChanges(shown.differences, labels)} />
            </section>
          ))}
        <DialogActions>
          {shown ? (
            <Button kind="quiet" className="mr-auto" onClick={() => setShown(null)}>
              Back to the text
            </Button>
          ) : (
            <>
              <input
                ref={file}
                type="file"
                accept=".yaml,.yml,application/yaml"
                aria-label="A file"
                tabIndex={-1}
                className="sr-only"
                onChange={(event: ChangeEvent<HTMLInputElement>) => take(event.target.files?.[0])}
              />
              <Button className="mr-auto" onClick={() => file.current?.click()}>
                <FileUp aria-hidden /> Choose a file
              </Button>
            </>
          )}
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            kind="primary"
            busy={preview.isPending || importDocument.isPending}
            disabled={yaml.trim() === "" || shown?.differences.length === 0}
          >
            {shown ? `Apply as version ${shown.after}` : "Show what it changes"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The line of a document that names a field; 0 where none does. */
export function lineOf(field: string, yaml: string): number {
  const name = field.split(".")[0];
  return yaml.split("\n").findIndex((line) => /\bfield:\s*["']?(\w+)/.exec(line)?.[1] === name) + 1;
}

function Faults({ faults, yaml }: { faults: FieldError[]; yaml: string }) {
  return (
    <ul className="grid gap-1">
      {faults.map(({ field, message }) => {
        const line = lineOf(field, yaml);
        return (
          <li key={field}>
            {line > 0 && <span className="font-medium">Line {line}, </span>}
            {field !== "yaml" && (
              <>
                <code className="font-mono text-2xs">{field}</code>:{" "}
              </>
            )}
            {message}
          </li>
        );
      })}
    </ul>
  );
}
