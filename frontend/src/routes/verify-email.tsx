import { useParams } from "@tanstack/react-router";
import { Door } from "@/features/session/door";
import { VerifyEmail } from "@/features/session/password-forms";

export default function VerifyEmailPage() {
  const { key } = useParams({ from: "/verify-email/$key" });
  return (
    <Door title="Confirm your e-mail address" lead="So that messages of LoanArk reach you.">
      <VerifyEmail verifyKey={key} />
    </Door>
  );
}
