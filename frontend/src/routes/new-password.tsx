import { useParams } from "@tanstack/react-router";
import { Door } from "@/features/session/door";
import { NewPasswordForm } from "@/features/session/password-forms";

export default function NewPasswordPage() {
  const { key } = useParams({ from: "/password/reset/$key" });
  return (
    <Door title="Set a new password">
      <NewPasswordForm resetKey={key} />
    </Door>
  );
}
