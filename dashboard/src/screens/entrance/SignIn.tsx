import { signIn } from "../../data/auth";
import { BASE, useHere } from "../../data/location";
import { Field, Form, useDoing } from "../../parts/forms";
import { Entrance } from "./Entrance";

export default function SignIn() {
  const doing = useDoing();
  const { query } = useHere();
  const to = query.get("to");
  return (
    <Entrance title="Sign in">
      <Form what="Signing in" doing={doing} onSubmit={({ email = "", password = "" }) => signIn(email, password)}>
        <Field label="Email" name="email" type="email" autocomplete="username" required />
        <Field label="Password" name="password" type="password" autocomplete="current-password" required />
        <button class="main" disabled={doing.busy}>Sign in</button>
      </Form>
      <p class="ways">
        <a href={`${BASE}/sign-up${to ? `?to=${encodeURIComponent(to)}` : ""}`}>Create an account</a>
        <a href={`${BASE}/reset`}>Forgot the password?</a>
      </p>
    </Entrance>
  );
}
