import { useAsk } from "../../data/asking";
import { call } from "../../data/supabase";

export interface Account {
  email: string;
  createdAt: string;
  sessions: { since: string; refreshedAt: string | null; browser: string | null; ip: string | null }[];
  memberships: { workspace: string; role: string; since: string }[];
}

export const ACCOUNT = "account";

/** All that is held of whoever is signed in; what is named here is shown, the rest is in the file. */
export const useAccount = () => useAsk(ACCOUNT, () => call<Account>("my_account", {}));
