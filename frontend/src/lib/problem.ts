/** What went wrong, as RFC 9457 tells it: a stable code, what happened, what is safe, what to do, where to read on. */

export interface FieldError {
  field: string;
  message: string;
}

interface ProblemParts {
  status: number;
  code: string;
  title: string;
  detail?: string | undefined;
  fix?: string | undefined;
  docs?: string | undefined;
  fields?: FieldError[];
}

export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly fix: string | undefined;
  readonly docs: string | undefined;
  readonly fields: FieldError[];

  constructor(parts: ProblemParts) {
    super(parts.detail ?? parts.title);
    this.status = parts.status;
    this.code = parts.code;
    this.title = parts.title;
    this.detail = parts.detail;
    this.fix = parts.fix;
    this.docs = parts.docs;
    this.fields = parts.fields ?? [];
  }

  /** Trying the same again may help. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const TITLES: Record<number, string> = {
  401: "You are signed out",
  403: "Your role does not allow this",
  404: "This is not here",
  409: "Someone changed this meanwhile",
  422: "Some values need another look",
  429: "Too many requests just now",
};

function titleFor(status: number): string {
  return TITLES[status] ?? (status >= 500 ? "The server could not do this" : "This did not work");
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** `errors` comes as a list of {field|pointer|loc, message|detail|msg} or as a map of field to message(s). */
function fieldErrors(errors: unknown): FieldError[] {
  if (Array.isArray(errors)) return errors.map((entry) => fieldError(record(entry)));
  return Object.entries(record(errors)).map(([field, message]) => ({
    field,
    message: Array.isArray(message) ? message.join(" ") : String(message),
  }));
}

function fieldError(entry: Record<string, unknown>): FieldError {
  const loc = Array.isArray(entry.loc) ? String(entry.loc.at(-1)) : undefined;
  const pointer = text(entry.pointer)?.split("/").at(-1);
  const field = text(entry.field) ?? pointer ?? loc ?? text(entry.param) ?? "";
  return { field, message: text(entry.message) ?? text(entry.detail) ?? text(entry.msg) ?? "Not valid." };
}

export function problemFromBody(status: number, body: unknown): Problem {
  if (typeof body === "string") return problemFromText(status, body);
  const parts = record(body);
  return new Problem({
    status,
    code: text(parts.code) ?? `http-${status}`,
    title: text(parts.title) ?? titleFor(status),
    detail: text(parts.detail),
    fix: text(parts.fix) ?? text(parts.what_to_do) ?? text(parts.action),
    docs: text(parts.docs) ?? text(parts.help) ?? httpLink(text(parts.type)),
    fields: fieldErrors(parts.errors ?? parts.fields),
  });
}

function problemFromText(status: number, body: string): Problem {
  const isPage = /^\s*<(!doctype|html)/i.test(body);
  return new Problem({
    status,
    code: isPage ? "not-the-api" : `http-${status}`,
    title: isPage ? "Something else answered instead of LoanArk" : titleFor(status),
    detail: isPage ? "A web page came back where data was expected. A proxy may be in the way." : undefined,
  });
}

function httpLink(value: string | undefined): string | undefined {
  return value?.startsWith("http") ? value : undefined;
}

/** Any thrown thing as a Problem: a network failure has status 0. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) {
    return new Problem({
      status: 0,
      code: "unreachable",
      title: "The server cannot be reached",
      detail: "Nothing was changed. It will work again when the connection is back.",
    });
  }
  return new Problem({
    status: 500,
    code: "unexpected",
    title: "Something unexpected happened",
    detail: error instanceof Error ? error.message : String(error),
  });
}
