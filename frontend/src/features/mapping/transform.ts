import { plural } from "@/lib/format";
import type { MappedField } from "./queries";

type Transform = NonNullable<MappedField["transform"]>;

const CASES: Record<Extract<Transform, { kind: "case" }>["to"], string> = {
  upper: "in capital letters",
  lower: "in small letters",
  title: "each word with a capital letter",
};

/** What happens to a value on its way, in a few words. */
export function transformWords(transform: Transform): string {
  switch (transform.kind) {
    case "trim":
      return "spaces around it are cut off";
    case "case":
      return CASES[transform.to];
    case "phone":
      return "as an international number";
    case "options":
      return `${plural(Object.keys(transform.map).length, "option")} under other names`;
    case "scale":
      return `HubSpot’s number times ${transform.factor}`;
    case "date":
      return `the day in ${transform.zone.replaceAll("_", " ")}`;
    case "split_name":
      return `the ${transform.part} name out of the whole`;
    case "join_name":
      return "first and last name together";
  }
}
