import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Authenticated, Call } from "./sender.ts";

/** One answer for every cause, so that a stranger learns nothing from it. */
export const refused: Authenticated = { ok: false };

/** Whether `hex` is the HMAC-SHA256 of the bytes under one of the live secrets. All are tried, so the time tells nothing. */
export function isSigned(bytes: string | Buffer, hex: string | undefined, secrets: readonly string[]): boolean {
  // A header that came twice is joined by a comma, and so is no signature.
  const given = hex !== undefined && /^[0-9a-f]{64}$/i.test(hex) ? Buffer.from(hex, "hex") : undefined;
  if (!given) return false;
  return live(secrets)
    .map((secret) => timingSafeEqual(createHmac("sha256", secret).update(bytes).digest(), given))
    .includes(true);
}

/** Whether a token is one of the live secrets, in a time that depends on neither. */
export function isSecret(token: string | undefined, secrets: readonly string[]): boolean {
  if (!token) return false;
  const given = sha256(token);
  return live(secrets)
    .map((secret) => timingSafeEqual(sha256(secret), given))
    .includes(true);
}

/** `Authorization: Bearer <secret>`, or Basic with the secret as the password of any user. */
export function isAuthorized({ headers }: Pick<Call, "headers">, secrets: readonly string[]): boolean {
  const [, scheme = "", credentials = ""] = /^(bearer|basic) +(\S+)$/i.exec(headers["authorization"] ?? "") ?? [];
  if (scheme.toLowerCase() !== "basic") return isSecret(credentials, secrets);
  const decoded = Buffer.from(credentials, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon >= 0 && isSecret(decoded.slice(colon + 1), secrets);
}

/**
 * What a delivery is called whose sender gives it no id: the hash of what was said. A retry says the same; whatever is
 * new differs in a time at least.
 */
export function idOfBody(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, 40);
}

/** A header that names the delivery, where it is fit to be a key. */
export function idHeader(value: string | undefined): string | undefined {
  return value !== undefined && /^[\x21-\x7e]{1,200}$/.test(value) ? value : undefined;
}

/** An empty secret is a setting that somebody forgot, and would let everybody in. */
function live(secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => secret !== "");
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
