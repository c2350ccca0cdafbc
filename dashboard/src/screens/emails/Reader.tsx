import { useEffect, useId, useState } from "preact/hooks";
import { useAsk } from "../../data/asking";
import { callIn } from "../../data/supabase";
import type { ContactRow } from "../contacts/data";

export interface Person {
  id: string;
  label: string;
}

type Found = { contacts: ContactRow[] };

const PAUSE = 250;

const asPerson = ({ id, name, email, identity }: ContactRow): Person => {
  const known = email ?? identity.value;
  return { id, label: name ? `${name} (${known})` : known };
};

interface Props {
  workspace: string;
  person: Person | null;
  /** Null: there is nobody yet, and the mail is shown without traits. */
  onChoose: (person: Person | null) => void;
}

/** Whom a preview is for: at first who has the highest score, then whoever is searched for. */
export function Reader({ workspace, person, onChoose }: Props) {
  const id = useId();
  const [typed, type] = useState("");
  const [text, search] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => search(typed.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  const first = useAsk(`${workspace}/readers`, () => callIn<Found>("list_contacts", workspace));
  const found = useAsk(text ? `${workspace}/readers/${text}` : null, () =>
    callIn<Found>("search_contacts", workspace, { p_text: text }),
  );
  const people = ((text ? found : first).data?.contacts ?? []).slice(0, 8).map(asPerson);
  useEffect(() => {
    if (!person && (first.data || first.failure)) onChoose(people[0] ?? null);
  }, [first.data, first.failure]);
  const choose = (value: string) => {
    const chosen = people.find(({ label }) => label === value);
    if (chosen) onChoose(chosen);
    type(chosen ? "" : value);
    return chosen;
  };
  return (
    <div class="field">
      <label for={id}>As this contact gets it</label>
      <input
        id={id} type="search" list={`${id}-people`} placeholder={person?.label ?? "Nobody yet: shown without traits"} autocomplete="off"
        value={typed} onInput={({ currentTarget }) => choose(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          if (people[0]) choose(people[0].label);
        }}
      />
      <datalist id={`${id}-people`}>{people.map(({ id: key, label }) => <option key={key} value={label} />)}</datalist>
      <small>{text && found.data && !people.length ? "Nobody is called so." : person ? `Shown: ${person.label}` : "Type a name, email or userId."}</small>
    </div>
  );
}
