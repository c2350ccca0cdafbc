import type { ComponentChildren, TargetedInputEvent, TargetedSubmitEvent } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { asFailure, type Failure } from "../data/failure";
import { may, type Role } from "../shell/workspaces";
import { Failed } from "./states";

interface FieldProps {
  label: string;
  name: string;
  hint?: ComponentChildren;
  type?: "text" | "email" | "password" | "number" | "url" | "date" | "time";
  autocomplete?: "username" | "current-password" | "new-password" | "off";
  required?: boolean;
  minLength?: number;
  maxLength?: number;
  min?: number;
  max?: number;
  step?: number | "any";
  pattern?: string;
  title?: string;
  placeholder?: string;
  value?: string;
  /** What it begins with; what is typed then stays, whatever is rendered. */
  defaultValue?: string | number | undefined;
  list?: string;
  disabled?: boolean;
  onInput?: (event: TargetedInputEvent<HTMLInputElement>) => void;
}

export function Field({ label, hint, type = "text", ...input }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type={type as "text"} aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  name: string;
  hint?: ComponentChildren;
  /** Values with what they are called. */
  options: [string, string][];
  chosen?: string | undefined;
  onChange?: (value: string) => void;
}

export function Choice({ label, name, hint, options, chosen, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id} name={name} aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={({ currentTarget }) => onChange?.(currentTarget.value)}
      >
        {options.map(([value, title]) => <option key={value} value={value} selected={value === chosen}>{title}</option>)}
      </select>
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

interface LinesProps {
  label: string;
  name: string;
  rows: number;
  hint?: ComponentChildren;
  defaultValue?: string;
  required?: boolean;
  maxLength?: number;
  class?: string;
  onInput?: (event: TargetedInputEvent<HTMLTextAreaElement>) => void;
}

export function Lines({ label, hint, ...area }: LinesProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea id={id} spellcheck={false} aria-describedby={hint ? `${id}-hint` : undefined} {...area} />
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

interface CheckProps {
  label: ComponentChildren;
  name: string;
  hint?: ComponentChildren;
  defaultChecked?: boolean;
  onChange?: (checked: boolean) => void;
}

export function Check({ label, name, hint, defaultChecked, onChange }: CheckProps) {
  const id = useId();
  return (
    <div class="field">
      <label>
        <input
          type="checkbox" name={name} aria-describedby={hint ? `${id}-hint` : undefined} defaultChecked={defaultChecked ?? false}
          onChange={({ currentTarget }) => onChange?.(currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

export interface Doing {
  busy: boolean;
  failure: Failure | undefined;
  run: (action: () => Promise<unknown>) => Promise<boolean>;
}

/** One thing at a time that may fail: a second press while it is under way does nothing. */
export function useDoing(): Doing {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const isUnderWay = useRef(false); // known before anything is rendered
  const run = async (action: () => Promise<unknown>) => {
    if (isUnderWay.current) return false;
    isUnderWay.current = true;
    setBusy(true);
    setFailure(undefined);
    try {
      await action();
      return true;
    } catch (error) {
      setFailure(asFailure(error));
      return false;
    } finally {
      isUnderWay.current = false;
      setBusy(false);
    }
  };
  return { busy, failure, run };
}

interface FormProps {
  what: string;
  doing: Doing;
  onSubmit: (values: Record<string, string>) => Promise<unknown>;
  children: ComponentChildren;
}

/** A form that says what went wrong and keeps what was typed. */
export function Form({ what, doing, onSubmit, children }: FormProps) {
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation(); // a question may be asked within a form, which is not submitted by its answer
    const values = Object.fromEntries([...new FormData(event.currentTarget)].map(([name, value]) => [name, `${value}`]));
    void doing.run(() => onSubmit(values));
  };
  return (
    <form onSubmit={submit} aria-busy={doing.busy}>
      {children}
      {doing.failure && <Failed failure={doing.failure} what={what} />}
    </form>
  );
}

/** Whoever opens a form goes on in it: its first field gets the focus. */
export function useFirstField<E extends HTMLElement>() {
  const form = useRef<E>(null);
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>("input, select, textarea")?.focus(), []);
  return form;
}

/** What is in it can be read by everybody and changed by those who may. */
export function Editable({ role, needs, children }: { role: Role; needs: Role; children: ComponentChildren }) {
  return <fieldset class="editable" disabled={!may(role, needs)}>{children}</fieldset>;
}

interface ActionProps {
  /** The caller's, and the one that this takes. */
  role: Role;
  needs: Role;
  type?: "button" | "submit";
  class?: string;
  /** It can't do anything yet. */
  unready?: boolean;
  busy?: boolean;
  onClick?: () => void;
  children: ComponentChildren;
}

const WHO: Record<Role, string> = { owner: "Only owners", admin: "Only owners and admins", viewer: "Only members" };

/**
 * A button that stays visible for those who may not press it, and says why. While it is busy it keeps the focus, which a
 * disabled one would lose; what it does knows that a second press is none.
 */
export function Action({ role, needs, unready = false, busy = false, onClick, children, type = "button", class: name }: ActionProps) {
  const id = useId();
  const allowed = may(role, needs);
  return (
    <span class="action">
      <button class={name} type={type} disabled={!allowed || unready} aria-disabled={busy} aria-describedby={allowed ? undefined : id} onClick={onClick}>
        {children}
      </button>
      {!allowed && <small id={id}>{WHO[needs]} can do this.</small>}
    </span>
  );
}

interface ConfirmProps {
  /** What the button says that asks, and the one that does it. */
  title: string;
  question: string;
  does: string;
  what: string;
  role: Role;
  needs: Role;
  class?: string;
  act: () => Promise<unknown>;
  children: ComponentChildren;
}

/** A button for what can't be undone: it asks first, and says what follows. */
export function Confirm({ title, question, does, what, role, needs, class: name = "small", act, children }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const doing = useDoing();
  const submit = async () => {
    await act();
    dialog.current?.close();
  };
  return (
    <>
      <Action role={role} needs={needs} class={name} onClick={() => dialog.current?.showModal()}>{title}</Action>
      <dialog ref={dialog} aria-labelledby={id}>
        <h2 id={id}>{question}</h2>
        <Form what={what} doing={doing} onSubmit={submit}>
          {children}
          <div class="row">
            <button class="bad" disabled={doing.busy}>{does}</button>
            <button type="button" onClick={() => dialog.current?.close()}>Cancel</button>
          </div>
        </Form>
      </dialog>
    </>
  );
}

/** A text to copy, with a button that says when it has been. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div class="copyable">
      <pre tabIndex={0} aria-label={label}>{text}</pre>
      <button type="button" onClick={() => void copy()}>{copied ? "Copied" : "Copy"}</button>
    </div>
  );
}
