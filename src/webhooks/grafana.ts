import { readAlerts } from "./alerts.ts";
import { idOfBody, isAuthorized, isSigned, refused } from "./authenticity.ts";
import type { Call, Sender } from "./sender.ts";

const windowSeconds = 300;

/**
 * Grafana's alerting, 12.0 and later for signatures: hexadecimal HMAC-SHA256 of the body in `X-Grafana-Alerting-Signature`,
 * or of `timestamp:body` where the contact point names a timestamp header; we ask for
 * `X-Grafana-Alerting-Signature-Timestamp`. Earlier versions: the Authorization header, bearer or basic.
 */
export const grafana: Sender = {
  kind: "grafana",
  contentTypes: ["application/json"],
  maxBytes: 1024 * 1024,
  overRate: 503,
  authenticate(call, secrets) {
    return isKnown(call, secrets) ? { ok: true, id: idOfBody(call.raw), event: "alerts" } : refused;
  },
  read: readAlerts,
};

/** A signature that is there must be right: the weaker proof does not heal a wrong one. */
function isKnown(call: Call, secrets: readonly string[]): boolean {
  const signature = call.headers["x-grafana-alerting-signature"];
  if (signature === undefined) return isAuthorized(call, secrets);
  const timestamp = call.headers["x-grafana-alerting-signature-timestamp"];
  if (timestamp === undefined) return isSigned(call.raw, signature, secrets);
  const age = Math.abs(call.at / 1_000 - Number(timestamp));
  const signed = isSigned(Buffer.concat([Buffer.from(`${timestamp}:`), call.raw]), signature, secrets);
  return signed && age <= windowSeconds;
}
