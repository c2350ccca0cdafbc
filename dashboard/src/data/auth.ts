import { AuthClient, type AuthError, type Session } from "@supabase/auth-js";
import { forgetEverything } from "./asking";
import { supabaseKey, supabaseUrl } from "./config";
import { Failure } from "./failure";
import { atom } from "./atom";
import { unsaved } from "./unsaved";

const auth = new AuthClient({
  url: `${supabaseUrl}/auth/v1`,
  headers: { apikey: supabaseKey },
  storageKey: "conversioncrm-session",
  // A link in a mail is often opened on another device than it was asked for on, where PKCE would refuse it.
  flowType: "implicit",
});

/** undefined until the stored session has been read, null for nobody. */
export const session = atom<Session | null | undefined>(undefined);
/** A link to choose a new password was followed. */
export const recovering = atom(false);

let last: string | undefined; // whoever was signed in last on this page
auth.onAuthStateChange((event, now) => {
  if (event === "SIGNED_OUT" || now?.user.id !== session.get()?.user.id) forgetEverything();
  // A session that has ended loses them nothing that they have written, if they sign in again.
  if (now && last && now.user.id !== last) unsaved.dropAll();
  last = now?.user.id ?? last;
  if (event === "PASSWORD_RECOVERY") recovering.set(true);
  session.set(now);
});

/** The access token of whoever is signed in, renewed if it was about to end. */
export async function accessToken(): Promise<string | undefined> {
  return (await auth.getSession()).data.session?.access_token;
}

const SAID: Record<string, string> = {
  invalid_credentials: "No account has this email and password.",
  email_exists: "An account with this email exists. Sign in instead.",
  user_already_exists: "An account with this email exists. Sign in instead.",
  email_not_confirmed: "Confirm your email first: the link is in your inbox.",
  weak_password: "This password is too easy to guess. Use at least 8 characters.",
  over_email_send_rate_limit: "Too many mails were asked for. Wait a minute and try again.",
  over_request_rate_limit: "Too many tries. Wait a minute and try again.",
  same_password: "The new password is the old one.",
};

function refuse(error: AuthError | null): void {
  if (!error) return;
  const offline = error.name === "AuthRetryableFetchError" && !error.status;
  const said = offline ? "The server can't be reached. Are you online?" : SAID[error.code ?? ""];
  throw new Failure(said ?? error.message, error.code ?? "auth", error.status ?? 0, "");
}

export async function signIn(email: string, password: string): Promise<void> {
  refuse((await auth.signInWithPassword({ email, password })).error);
}

/** Whether somebody is signed in now; where addresses are confirmed, the link in the mail does that. */
export async function signUp(email: string, password: string): Promise<boolean> {
  const { data, error } = await auth.signUp({ email, password, options: { emailRedirectTo: `${location.origin}/app/` } });
  refuse(error);
  return data.session !== null;
}

export async function askForReset(email: string): Promise<void> {
  refuse((await auth.resetPasswordForEmail(email, { redirectTo: `${location.origin}/app/new-password` })).error);
}

export async function choosePassword(password: string): Promise<void> {
  refuse((await auth.updateUser({ password })).error);
  recovering.set(false);
}

/** Takes effect once the links in two mails have been opened, one to the old address and one to the new. */
export async function changeAddress(email: string): Promise<void> {
  refuse((await auth.updateUser({ email }, { emailRedirectTo: `${location.origin}/app/` })).error);
}

export async function signOutElsewhere(): Promise<void> {
  refuse((await auth.signOut({ scope: "others" })).error);
}

/** Asks first where something is not saved. */
export async function signOut(): Promise<void> {
  if (unsaved.isAny() && !confirm("What you have typed and not saved is lost when you sign out. Sign out?")) return;
  unsaved.dropAll();
  await auth.signOut({ scope: "local" });
}
