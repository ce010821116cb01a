import type { ComponentProps } from "react";
import { Field } from "./field";
import { Input } from "./input";

/** As the server has it: it refuses what is shorter, longer or known. */
const SHORTEST = 12;
const LONGEST = 128;

interface NewPasswordFieldProps extends Pick<ComponentProps<"input">, "autoFocus" | "className"> {
  label?: string;
  name?: string;
  error: string | undefined;
}

/** A password that somebody chooses, with what it takes. */
export function NewPasswordField({
  label = "New password",
  name = "password",
  error,
  ...control
}: NewPasswordFieldProps) {
  return (
    <Field
      label={label}
      hint={`At least ${SHORTEST} characters; a sentence is easy to keep in mind.`}
      error={error}
    >
      {(field) => (
        <Input
          {...field}
          {...control}
          name={name}
          type="password"
          autoComplete="new-password"
          minLength={SHORTEST}
          maxLength={LONGEST}
          required
        />
      )}
    </Field>
  );
}
