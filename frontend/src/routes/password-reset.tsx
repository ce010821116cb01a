import { Door } from "@/features/session/door";
import { RequestResetForm } from "@/features/session/password-forms";

export default function PasswordResetPage() {
  return (
    <Door title="Forgot your password?" lead="We send you a link with which you set a new one.">
      <RequestResetForm />
    </Door>
  );
}
