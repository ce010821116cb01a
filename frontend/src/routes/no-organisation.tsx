import { Building2 } from "lucide-react";
import { EmptyState } from "@/components/ui/empty-state";
import { useTitle } from "@/lib/use-title";

export default function NoOrganisationPage() {
  useTitle("No organisation yet");
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState icon={Building2} title={<h1>You belong to no organisation yet</h1>}>
        Ask an administrator to add you by your e-mail address, then reload this page.
      </EmptyState>
    </main>
  );
}
