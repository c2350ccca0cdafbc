import { PostgrestClient } from "@supabase/postgrest-js";
import { changed } from "./asking";
import { accessToken } from "./auth";
import { supabaseKey, supabaseUrl } from "./config";
import { Failure, fromPostgrest, type Meanings } from "./failure";

/** Supabase logs this header, so a request can be found by what the page shows. */
const REQUEST_ID = "X-Client-Info";

async function authorized(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("apikey", supabaseKey);
  headers.set("Authorization", `Bearer ${(await accessToken()) ?? supabaseKey}`);
  return fetch(input, { ...init, headers });
}

const client = new PostgrestClient(`${supabaseUrl}/rest/v1`, { fetch: authorized });

interface Answer {
  data: unknown;
  error: Parameters<typeof fromPostgrest>[0] | null;
  status: number;
}
interface Asking extends PromiseLike<Answer> {
  setHeader(name: string, value: string): Asking;
}

async function answer<T>(asking: unknown, meanings: Meanings): Promise<T> {
  const requestId = crypto.randomUUID();
  const { data, error, status } = await (asking as Asking).setHeader(REQUEST_ID, `conversioncrm ${requestId}`);
  if (error) throw fromPostgrest(error, status, requestId, meanings);
  return data as T;
}

type Row = Record<string, unknown>;
type Table = ReturnType<typeof client.from>;
type Select = ReturnType<Table["select"]>;

/** The workspaces table has the id itself; every other table names its workspace. */
const column = (table: string) => (table === "workspaces" ? "id" : "workspace_id");

/**
 * Reads rows of one workspace. It is named in the query too, since row-level security alone reads the whole table.
 * `narrow` adds filters, order and limit.
 */
export function read<T>(
  table: string,
  workspace: string,
  columns: string,
  narrow: (query: Select) => unknown = (query) => query,
): Promise<T[]> {
  return answer<T[]>(narrow(client.from(table).select(columns).eq(column(table), workspace) as Select), {});
}

/** Adds a row to a workspace and returns nothing, since what may be written may not always be read. */
export function add(table: string, workspace: string, row: Row, meanings: Meanings = {}): Promise<void> {
  return answer(client.from(table).insert({ ...row, workspace_id: workspace } as never), meanings);
}

/** What of a row is another than before: the rest may be somebody else's by now, and is left alone. */
export function differing<R extends object>(row: R, before: object): Partial<R> {
  const was = before as Row;
  return Object.fromEntries(
    Object.entries(row).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(was[name])),
  ) as Partial<R>;
}

/** Changes the rows of a workspace that `where` equals. */
export function change(
  table: string,
  workspace: string,
  where: Record<string, string>,
  row: Row,
  meanings: Meanings = {},
): Promise<void> {
  const asking = client.from(table).update(row as never).eq(column(table), workspace).match(where);
  return answer(asking, meanings);
}

/**
 * Changes one row as change() does, where it is still as it was seen: `where` names its id and when it was changed last, and
 * what these are now is returned. Otherwise nothing is changed, and the failure's sentence is `meanings.stale`.
 */
export async function changeSeen<W extends Record<string, string>>(
  table: string,
  workspace: string,
  where: W,
  row: Row,
  meanings: Meanings & { stale: string },
): Promise<W> {
  const asking = client.from(table).update(row as never).eq(column(table), workspace).match(where);
  const [changed] = await answer<W[]>(asking.select(Object.keys(where).join()), meanings);
  if (!changed) throw new Failure(meanings.stale, "stale", 409, "");
  return changed;
}

/** Removes the rows of a workspace that `where` equals. */
export function remove(
  table: string,
  workspace: string,
  where: Record<string, string>,
  meanings: Meanings = {},
): Promise<void> {
  return answer(client.from(table).delete().eq(column(table), workspace).match(where), meanings);
}

/** Calls an SQL function. */
export function call<T>(name: string, args: Row, meanings: Meanings = {}): Promise<T> {
  return answer<T>(client.rpc(name as never, args as never), meanings);
}

/** The question which workspaces the caller is in. */
export const MINE = "my_workspaces";

/** Calls an SQL function that reads of a workspace, and answers null to whoever is not in it, or not any more. */
export async function callIn<T>(name: string, workspace: string, args: Row = {}, meanings: Meanings = {}): Promise<T> {
  const answered = await call<T | null>(name, { p_workspace: workspace, ...args }, meanings);
  return answered ?? left();
}

/** Of an answer that only an outsider gets: whoever sees this screen was a member before. */
export function left(): never {
  changed(MINE); // so that the page shows what is left to them
  throw new Failure("You are not in this workspace any more.", "left", 0, "");
}
