import { alertmanager } from "./alertmanager.ts";
import { datadog } from "./datadog.ts";
import { generic } from "./generic.ts";
import { grafana } from "./grafana.ts";
import { logfire } from "./logfire.ts";
import { otlp } from "./otlp.ts";
import { pagerduty } from "./pagerduty.ts";
import type { Sender, SenderKind } from "./sender.ts";
import { sentry } from "./sentry.ts";

/** Who sends reports and alerts beside GitHub, and how each is understood. A kind without its line does not compile. */
export const senders: { readonly [K in SenderKind]: Sender } = {
  "self-heal": generic,
  sentry,
  logfire,
  alertmanager,
  grafana,
  datadog,
  pagerduty,
  otlp,
};
