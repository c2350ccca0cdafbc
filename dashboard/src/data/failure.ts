import type { PostgrestError } from "@supabase/postgrest-js";

export interface FieldError {
  pointer: string;
  detail: string;
}

/** Why something did not work, in words for a person; `requestId` is what support asks for. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    readonly requestId: string,
    readonly errors: FieldError[] = [],
  ) {
    super(message);
  }
}

/** Sentences for codes that a screen expects, by SQLSTATE or by the name of a violated constraint. */
export type Meanings = Record<string, string>;

const GENERAL: Meanings = {
  "22P02": "Nothing has the address that you opened.", // an id that is none
  "42501": "You may not do this in this workspace.",
  PGRST301: "Your session has ended. Sign in again.",
  PT403: "You may not do this in this workspace.",
  "57014": "The database took too long to answer.",
};

const unreachable = (requestId: string) =>
  new Failure("The server can't be reached. Are you online?", "network", 0, requestId);

export function fromPostgrest(error: PostgrestError, status: number, requestId: string, meanings: Meanings): Failure {
  if (status === 0) return unreachable(requestId);
  const constraint = /constraint "(\w+)"/.exec(error.message)?.[1] ?? "";
  // What our own functions raise is written for people; a message of Postgres's own is not.
  const own = error.code?.startsWith("PT") ? error.details || error.message : "";
  const said = meanings[constraint] ?? meanings[error.code] ?? GENERAL[error.code] ?? own;
  const errors = error.code === "PT422" ? places(error.details) : [];
  const message = errors.length ? "This can't be saved." : said || "The database could not answer.";
  return new Failure(message, error.code || `${status}`, status, requestId, errors);
}

/** What is wrong with a document, and where: [{pointer, expected}]. */
function places(details: string): FieldError[] {
  try {
    const found = JSON.parse(details) as { pointer: string; expected: string }[];
    return found.map(({ pointer, expected }) => ({ pointer, detail: expected }));
  } catch {
    return [];
  }
}

interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  requestId?: string;
  errors?: FieldError[];
}

export async function fromProblem(response: Response): Promise<Failure> {
  const problem: Problem = await response.json().catch(() => ({}));
  return new Failure(
    problem.detail ?? problem.title ?? "The server could not answer.",
    problem.code ?? `${response.status}`,
    response.status,
    problem.requestId ?? response.headers.get("X-Request-Id") ?? "",
    problem.errors,
  );
}

export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof TypeError) return unreachable("");
  return new Failure(error instanceof Error ? error.message : "Something went wrong.", "unexpected", 0, "");
}
