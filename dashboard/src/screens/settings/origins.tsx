import { Failure } from "../../data/failure";
import { Lines } from "../../parts/forms";

/** Origins as browsers send them, one a line; null for any. Raises for what is none. */
export function parseOrigins(text: string): string[] | null {
  const lines = text.split(/[\s,]+/).filter(Boolean);
  const origins = lines.map((line) => {
    const url = URL.canParse(line) ? new URL(line) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) {
      throw new Failure(`${line} is no origin. Write it as https://app.example.com.`, "origin_invalid", 0, "");
    }
    return url.origin;
  });
  return origins.length ? [...new Set(origins)] : null;
}

export function Origins({ defaultValue = "" }: { defaultValue?: string }) {
  return (
    <Lines
      label="Origins" name="origins" rows={3} defaultValue={defaultValue}
      hint="Pages that may use it, one a line, as https://app.example.com. Empty: any. Browsers say where they are; others can lie."
    />
  );
}
