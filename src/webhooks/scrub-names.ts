/** Whole names, without their dashes and capitals. */
const names = new Set(["auth", "pass", "pwd", "pin", "cvv", "cvc", "ssn", "otp", "jwt", "sid", "session", "bearer"]);

/** Parts of names. `token` counts at the end alone: `maxTokens` and `tokenizer` are no secrets. */
const parts =
  /password|passwd|passphrase|secret|apikey|accesskey|privatekey|authori[sz]ation|cookie|csrf|xsrf|credential|sessionid|sessionkey|connectionstring|creditcard|cardnumber|tokens?$/;

const ends = /(?:password|passwd|secret|apikey|creditcard|cardnumber|token)$/;

/** Most names have nothing of this in them, and need no second look. */
const suspicious =
  /auth|pass|pwd|pin|cv[vc]|ssn|otp|jwt|sid|sess|bearer|secret|key|cookie|[cx][_-]?srf|cred|conn|card|token/i;

/** Whether what stands under this name is secret, whatever it is. Counts are not: `passwordAttempts: 3`, `maxTokens: 100`. */
export function isSensitiveName(name: string, isNumber: boolean): boolean {
  if (name.length > 200 || !suspicious.test(name)) return false;
  const plain = name.toLowerCase().replaceAll(/[^a-z]/g, "");
  if (names.has(plain)) return true;
  return isNumber ? ends.test(plain) : parts.test(plain) && !plain.endsWith("maxtokens");
}
