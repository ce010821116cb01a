import { Door } from "@/features/session/door";
import { SignUpForm } from "@/features/session/sign-up-form";

export default function SignUpPage() {
  return (
    <Door title="Sign up" lead="Your contacts, the same in both places.">
      <SignUpForm />
    </Door>
  );
}
