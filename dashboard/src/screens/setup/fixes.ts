/** What to change where messages are refused, by the code of docs/errors.md. */
export const FIXES: Record<string, string> = {
  message_not_object: "Send each message as a JSON object.",
  message_too_large: "Send less in one message: 32 KiB at most.",
  batch_invalid: "Send 1 to 100 messages in a batch.",
  type_unknown: "Set type to track, page, screen, identify, group or alias.",
  event_invalid: "Give the event a name of 1 to 200 characters.",
  identity_missing: "Name who did it: userId, anonymousId or email.",
  group_id_missing: "Give the group call the groupId of the company.",
  sensitive_data: "Take the card number, government id, bank account or password out; or set how these are treated to redact.",
  id_invalid: "Send ids as strings of at most 255 characters.",
  email_invalid: "Send a whole email address, or none.",
  object_expected: "Send a JSON object here.",
  too_many_keys: "Send at most 255 keys in one object.",
  trait_name_too_long: "Shorten the trait's name to 255 characters.",
  too_deep: "Nest objects and arrays 8 levels deep at most.",
  character_not_storable: "Leave out U+0000 and halves of characters.",
  number_not_finite: "Send finite numbers.",
  timestamp_invalid: "Send times as RFC 3339 or milliseconds since 1970.",
  timestamp_in_future: "Set the sender's clock right, or send sentAt so that we can correct it.",
  timestamp_too_old: "Import what is older than 30 days with a secret key.",
  verification_required: "Send this from your server with a secret key, or with the user's hash.",
  user_hash_invalid: "Make the hash on your server: hex HMAC-SHA256 of the userId with this workspace's identity secret.",
  too_many_traits: "This contact has 255 traits: remove some, or send fewer.",
  too_many_identities: "This contact has 50 identities: is one device shared, or one id sent for everybody?",
  not_stored: "Nothing to change: who this names was erased on request.",
};

export const fix = (code: string) => FIXES[code] ?? "Look the code up in the list of errors.";
