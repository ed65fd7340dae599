import { readAlerts } from "./alerts.ts";
import { idOfBody, isAuthorized, refused } from "./authenticity.ts";
import type { Sender } from "./sender.ts";

/**
 * Prometheus' Alertmanager: `http_config` with `authorization` (bearer) or `basic_auth` (any user). It signs nothing and
 * names no delivery; a repetition of the same notification has the same body.
 */
export const alertmanager: Sender = {
  kind: "alertmanager",
  contentTypes: ["application/json"],
  maxBytes: 1024 * 1024,
  // It tries again on 5xx alone, with growing pauses.
  overRate: 503,
  authenticate(call, secrets) {
    return isAuthorized(call, secrets) ? { ok: true, id: idOfBody(call.raw), event: "alerts" } : refused;
  },
  read: readAlerts,
};
