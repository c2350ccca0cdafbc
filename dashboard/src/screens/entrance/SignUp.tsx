import { useState } from "preact/hooks";
import { signUp } from "../../data/auth";
import { BASE } from "../../data/location";
import { Field, Form, useDoing } from "../../parts/forms";
import { Notice } from "../../parts/states";
import { Entrance } from "./Entrance";

export default function SignUp() {
  const doing = useDoing();
  const [mailed, setMailed] = useState("");
  const submit = async ({ email = "", password = "" }) => {
    if (!(await signUp(email, password))) setMailed(email);
  };
  if (mailed) {
    return (
      <Entrance title="Confirm your email">
        <Notice tone="good" title={`We have sent a link to ${mailed}.`}>
          <p>Open it and you are in. It may take a minute, and it may be in the spam folder.</p>
        </Notice>
      </Entrance>
    );
  }
  return (
    <Entrance title="Create your account">
      <Form what="Creating the account" doing={doing} onSubmit={submit}>
        <Field label="Email" name="email" type="email" autocomplete="username" required />
        <Field
          label="Password" name="password" type="password" autocomplete="new-password" minLength={8} required
          hint="At least 8 characters."
        />
        <button class="main" disabled={doing.busy}>Create the account</button>
      </Form>
      <p class="ways"><a href={`${BASE}/sign-in`}>I have an account</a></p>
    </Entrance>
  );
}
