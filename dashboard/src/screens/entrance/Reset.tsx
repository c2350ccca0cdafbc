import { useState } from "preact/hooks";
import { askForReset } from "../../data/auth";
import { BASE } from "../../data/location";
import { Field, Form, useDoing } from "../../parts/forms";
import { Notice } from "../../parts/states";
import { Entrance } from "./Entrance";

export default function Reset() {
  const doing = useDoing();
  const [mailed, setMailed] = useState(false);
  const submit = async ({ email = "" }) => {
    await askForReset(email);
    setMailed(true);
  };
  return (
    <Entrance title="Reset your password">
      {mailed ? (
        // The same whether there is an account or not: who has one is nobody else's business.
        <Notice tone="good" title="If there is an account with this address, a link is on its way.">
          <p>Open it to choose a new password.</p>
        </Notice>
      ) : (
        <Form what="The mail" doing={doing} onSubmit={submit}>
          <Field label="Email" name="email" type="email" autocomplete="username" required />
          <button class="main" disabled={doing.busy}>Send me a link</button>
        </Form>
      )}
      <p class="ways"><a href={`${BASE}/sign-in`}>Back to signing in</a></p>
    </Entrance>
  );
}
