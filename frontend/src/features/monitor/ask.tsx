import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { useId } from "react";
import { Card } from "@/components/ui/card";
import { ErrorState } from "@/components/ui/error-state";
import { SearchBox } from "@/components/ui/search-box";
import { Skeleton } from "@/components/ui/skeleton";
import { cn } from "@/lib/cn";
import { type ExplainOut, explainQuery } from "./queries";
import { Verdict } from "./verdict";

interface AskProps {
  tenant: string;
  question: string;
  onAsk: (question: string) => void;
  /** May ask the sync to look again. */
  canLook: boolean;
  /** May see what was asked of HubSpot. */
  canInspect: boolean;
}

/** Was my record synced? If not, why? Asked by whatever one has at hand. */
export function Ask({ tenant, question, onAsk, canLook, canInspect }: AskProps) {
  const id = useId();
  const { data, error, refetch, isPlaceholderData } = useQuery(explainQuery(tenant, question));
  return (
    <Card aria-labelledby={id} className="overflow-hidden">
      <div className="p-4 sm:p-5">
        <h2 id={id} className="font-semibold text-lg">
          Was my record synced?
        </h2>
        <p className="mt-0.5 mb-3 text-muted text-sm">
          And if not, why. Ask by a name, e-mail, phone number, or an id or link of either side.
        </p>
        <search className="flex max-w-2xl">
          <SearchBox
            label="Was my record synced? Name, e-mail, phone, id or link"
            placeholder="anna@example.com, +1 512 555 1000, a HubSpot link …"
            value={question}
            onSearch={onAsk}
          />
        </search>
      </div>
      {question !== "" && (
        <div aria-live="polite" className={cn("border-t", isPlaceholderData && "opacity-60")}>
          {error && !data ? (
            <ErrorState error={error} onRetry={() => void refetch()} />
          ) : data ? (
            <Answers tenant={tenant} answer={data} canLook={canLook} canInspect={canInspect} />
          ) : (
            <AnswerSkeleton />
          )}
        </div>
      )}
    </Card>
  );
}

interface AnswersProps {
  tenant: string;
  answer: ExplainOut;
  canLook: boolean;
  canInspect: boolean;
}

function Answers({ tenant, answer, canLook, canInspect }: AnswersProps) {
  const { candidates } = answer;
  if (candidates.length === 0) return <Nothing answer={answer} />;
  return (
    <>
      <ul className="divide-y">
        {candidates.map((candidate) => (
          <li key={candidate.contact_id ?? candidate.hubspot_id}>
            <Verdict
              tenant={tenant}
              candidate={candidate}
              canLook={canLook}
              canInspect={canInspect}
              isOpen={candidates.length === 1}
            />
          </li>
        ))}
      </ul>
      {answer.more && (
        <p className="border-t bg-sunken px-4 py-2.5 text-muted text-xs sm:px-5">
          The first {candidates.length} are shown. Type more of it, or an e-mail address, to narrow it down.
        </p>
      )}
    </>
  );
}

function Nothing({ answer }: { answer: ExplainOut }) {
  return (
    <div className="flex gap-3 p-4 text-sm sm:p-5">
      <SearchX className="mt-0.5 size-5 shrink-0 text-muted" aria-hidden />
      <div className="min-w-0">
        <p className="font-semibold text-base">No such record is known</p>
        <p className="mt-0.5 text-ink-2">Searched: {answer.searched}.</p>
        <ul className="mt-2 grid list-disc gap-1 pl-4 text-ink-2 marker:text-muted">
          {answer.absent.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function AnswerSkeleton() {
  return (
    <div className="grid gap-2.5 p-4 sm:p-5">
      <Skeleton className="h-5.5 w-24" />
      <Skeleton className="h-6 w-full max-w-md" />
      <Skeleton className="h-4 w-full max-w-sm" />
    </div>
  );
}
