import { choosePassword, session } from "../../data/auth";
import { useAtom } from "../../data/atom";
import { BASE, go } from "../../data/location";
import { Field, Form, useDoing } from "../../parts/forms";
import { Notice } from "../../parts/states";
import { Entrance } from "./Entrance";

export default function NewPassword() {
  const doing = useDoing();
  const signedIn = useAtom(session);
  const submit = async ({ password = "" }) => {
    await choosePassword(password);
    go(`${BASE}/`, { replace: true });
  };
  return (
    <Entrance title="Choose a new password">
      {signedIn ? (
        <Form what="The password" doing={doing} onSubmit={submit}>
          <Field
            label="New password" name="password" type="password" autocomplete="new-password" minLength={8} required
            hint="At least 8 characters."
          />
          <button class="main" disabled={doing.busy}>Save it</button>
        </Form>
      ) : (
        <Notice tone="warn" title="This link has been used, or is too old.">
          <p><a href={`${BASE}/reset`}>Ask for another one</a></p>
        </Notice>
      )}
    </Entrance>
  );
}
