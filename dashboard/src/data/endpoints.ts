import { accessToken } from "./auth";
import { asFailure, fromProblem } from "./failure";

/** Posts to one of our own endpoints as the signed-in member. */
export async function post<T>(path: `/api/${string}`, workspace: string, body: Record<string, unknown>): Promise<T> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${(await accessToken()) ?? ""}` },
    body: JSON.stringify({ ...body, workspaceId: workspace }),
  }).catch((error: unknown) => {
    throw asFailure(error);
  });
  if (!response.ok) throw await fromProblem(response);
  return (await response.json()) as T;
}
