/** A number, a list or true are what they say; everything else is text. */
export function meant(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Text stays bare unless it would be read as a number, a list or the like. */
export function asText(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return meant(value) === value ? value : JSON.stringify(value);
}

const ONE_OF = /\s*"(?:[^"\\]|\\.)*"\s*(?=,|$)|[^,]+/g;

/** The values of a list, commas between them; what holds a comma itself is in quotes, as JSON writes it. */
export const readList = (text: string): unknown[] =>
  (text.match(ONE_OF) ?? []).map((one) => meant(one.trim())).filter((value) => value !== "");

/** A value as readList() reads it. */
export const listed = (value: unknown) => (typeof value === "string" && /[",]/.test(value) ? JSON.stringify(value) : asText(value));

/** How fit rules and filters compare a trait. */
export type Operator = "equals" | "in" | "contains" | "between" | "exists";

function spanned([low, high]: (number | null)[]): string {
  return high == null ? `${low} or more` : low == null ? `${high} or less` : `from ${low} to ${high}`;
}

/** "is pro", "is not known": what an operator with its operand says of a trait. */
export function condition(operator: Operator, operand: unknown, not = false): string {
  const is = not ? "is not" : "is";
  if (operator === "equals") return `${is} ${asText(operand)}`;
  if (operator === "contains") return `${not ? "does not contain" : "contains"} ${asText(operand)}`;
  if (operator === "in") return `${is} one of ${(operand as unknown[]).map(listed).join(", ")}`;
  return operator === "exists" ? `${is} known` : `${is} ${spanned(operand as (number | null)[])}`;
}
