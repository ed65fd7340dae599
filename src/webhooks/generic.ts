import { idHeader, idOfBody, isAuthorized, isSigned, refused } from "./authenticity.ts";
import { readErrorDetected } from "./error-detected.ts";
import { fieldsOf, projectNamed } from "./fields.ts";
import { ignoring, readEach, understood } from "./readings.ts";
import type { Reading, Sender } from "./sender.ts";

/** A request is believed this long before and after the time that it is signed for. */
const windowSeconds = 300;

/**
 * Whatever can send HTTP: the ten keys of `error-detected` (see `error-detected.ts`) and `project`, as one object or a
 * list of them. `X-Self-Heal-Signature: sha256=<hex>` is the HMAC-SHA256 of `<X-Self-Heal-Timestamp>.<body>`, the
 * timestamp in seconds; a bearer token is the weaker form, since whoever sees one request can send others.
 */
export const generic: Sender = {
  kind: "self-heal",
  contentTypes: ["application/json"],
  maxBytes: 1024 * 1024,
  overRate: 202,
  authenticate(call, secrets) {
    const { headers, raw, at } = call;
    const signature = headers["x-self-heal-signature"];
    const key = idHeader(headers["idempotency-key"]);
    if (signature === undefined) {
      return isAuthorized(call, secrets) ? { ok: true, id: key ?? idOfBody(raw), event: "error-detected" } : refused;
    }
    const timestamp = headers["x-self-heal-timestamp"] ?? "";
    const signed = Buffer.concat([Buffer.from(`${timestamp}.`), raw]);
    const hex = signature.startsWith("sha256=") ? signature.slice("sha256=".length) : undefined;
    const known = isSigned(signed, hex, secrets) && isTimely(timestamp, at);
    // Signed for another second, the same report is another one: a counter of errors should go up.
    return known ? { ok: true, id: key ?? idOfBody(signed), event: "error-detected" } : refused;
  },
  read: understood((given, { at }) => {
    const reports: unknown[] = Array.isArray(given) ? given : [given];
    return reports.length > 0
      ? readEach(reports, (one) => readReport(one, at))
      : [ignoring("the list of errors is empty")];
  }),
};

function isTimely(timestamp: string, at: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(at / 1_000 - Number(timestamp)) <= windowSeconds;
}

function readReport(given: unknown, at: number): Reading {
  const read = readErrorDetected(given);
  if (!read.ok) return ignoring(`the report is malformed: ${read.why}`);
  const project = projectNamed(fieldsOf(given)["project"]);
  return { kind: "report", report: { ...read.error, project, at } };
}
