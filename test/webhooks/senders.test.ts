import fc from "fast-check";
import { expect, test } from "vitest";
import { Reading, SenderKind } from "../../src/webhooks/sender.ts";
import type { Call } from "../../src/webhooks/sender.ts";
import { senders } from "../../src/webhooks/senders.ts";
import { at, call, hmac, payloadOf, read } from "./payloads.ts";
import type { PayloadName } from "./payloads.ts";

const secret = "correct horse";
const seconds = String(at / 1_000);
const basic = (password: string) => `Basic ${Buffer.from(`anyone:${password}`).toString("base64")}`;

/** How each sender proves itself, in all the forms that it has. */
const proofs: { [K in SenderKind]: { [form: string]: (body: string, secret: string) => Call } } = {
  sentry: {
    signature: (body, key) => call(body, { "sentry-hook-signature": hmac(key, body), "request-id": "r1" }),
    path: (body, key) => call(body, {}, key),
  },
  logfire: { path: (body, key) => call(body, {}, key) },
  alertmanager: {
    bearer: (body, key) => call(body, { authorization: `Bearer ${key.replaceAll(" ", "-")}` }),
    basic: (body, key) => call(body, { authorization: basic(key) }),
  },
  grafana: {
    signature: (body, key) => call(body, { "x-grafana-alerting-signature": hmac(key, body) }),
    timed: (body, key) =>
      call(body, {
        "x-grafana-alerting-signature": hmac(key, `${seconds}:`, body),
        "x-grafana-alerting-signature-timestamp": seconds,
      }),
    basic: (body, key) => call(body, { authorization: basic(key) }),
  },
  datadog: {
    header: (body, key) => call(body, { "x-self-heal-token": key }),
    basic: (body, key) => call(body, { authorization: basic(key) }),
  },
  pagerduty: { signature: (body, key) => call(body, { "x-pagerduty-signature": `v1=${hmac(key, body)}` }) },
  otlp: { basic: (body, key) => call(body, { authorization: basic(key) }) },
  "self-heal": {
    signature: (body, key) =>
      call(body, {
        "x-self-heal-timestamp": seconds,
        "x-self-heal-signature": `sha256=${hmac(key, `${seconds}.`, body)}`,
      }),
    basic: (body, key) => call(body, { authorization: basic(key) }),
  },
};
const forms = SenderKind.options.flatMap((kind) => Object.keys(proofs[kind]).map((form) => [kind, form] as const));

function proven(kind: SenderKind, form: string, key = secret): Call {
  const made = proofs[kind][form]?.('{"a":1}', key);
  if (!made) throw new Error(`no ${form} of ${kind}`);
  return made;
}
const ok = (kind: SenderKind, given: Call, secrets: readonly string[]) => senders[kind].authenticate(given, secrets).ok;
const known = (key: string, form: string) => (form === "bearer" ? key.replaceAll(" ", "-") : key);

test.each(forms)("%s by %s is known by either of two live secrets, and by no other", (kind, form) => {
  const given = proven(kind, form);
  const key = known(secret, form);
  expect(ok(kind, given, [key])).toBe(true);
  expect(ok(kind, given, ["another", key])).toBe(true);
  expect(ok(kind, given, [key, "another"])).toBe(true);
  expect(ok(kind, given, ["another", "third"])).toBe(false);
});

test.each(forms)(
  "%s by %s is refused without secrets, with an empty one, and without its proof, in the same words",
  (kind, form) => {
    const refusals = [
      senders[kind].authenticate(proven(kind, form), []),
      senders[kind].authenticate(proven(kind, form, ""), [""]),
      senders[kind].authenticate(call('{"a":1}'), [secret]),
      senders[kind].authenticate(call('{"a":1}', {}, ""), ["", secret]),
      senders[kind].authenticate(call('{"a":1}', { authorization: "Bearer " }), ["", secret]),
    ];
    expect(refusals).toEqual(refusals.map(() => ({ ok: false })));
  },
);

test.each(forms.filter(([, form]) => form === "signature" || form === "timed"))(
  "%s by %s covers every byte, and a signature that is cut, doubled or not hexadecimal is none",
  (kind, form) => {
    const given = proven(kind, form);
    expect(ok(kind, { ...given, raw: Buffer.from('{"a":2}') }, [secret])).toBe(false);
    const [name, value = ""] = Object.entries(given.headers).find(([header]) => header.endsWith("-signature")) ?? [];
    if (name === undefined) throw new Error("no signature");
    for (const wrong of [
      "",
      value.slice(0, -1),
      value.slice(0, -2),
      `${value}00`,
      `${value}, ${value}`,
      `${value.slice(0, -2)}zz`,
    ]) {
      const headers = { ...given.headers, [name]: wrong };
      const expected = kind === "pagerduty" && wrong === `${value}, ${value}`;
      expect([wrong, ok(kind, { ...given, headers }, [secret])]).toEqual([wrong, expected]);
    }
  },
);

test("a wrong signature is not healed by a weaker proof beside it", () => {
  const weak = { authorization: basic(secret) };
  for (const [kind, header] of [
    ["grafana", "x-grafana-alerting-signature"],
    ["self-heal", "x-self-heal-signature"],
  ] as const) {
    expect(ok(kind, call("{}", { ...weak, [header]: "0".repeat(64) }), [secret])).toBe(false);
  }
  expect(ok("sentry", call("{}", { "sentry-hook-signature": "0".repeat(64) }, secret), [secret])).toBe(false);
  expect(ok("datadog", call("{}", { ...weak, "x-self-heal-token": "wrong" }), [secret])).toBe(false);
});

test.each([
  ["self-heal", "signature"],
  ["grafana", "timed"],
] as const)("%s by %s is believed for five minutes, before and after", (kind, form) => {
  const given = proven(kind, form);
  for (const [shift, expected] of [
    [299_000, true],
    [-299_000, true],
    [301_000, false],
    [-301_000, false],
  ] as const) {
    expect(ok(kind, { ...given, at: at + shift }, [secret])).toBe(expected);
  }
});

test("a timestamp that is no number of seconds is refused, signed or not", () => {
  for (const stamp of ["", "abc", "1e9", "-1", `${seconds} `, "Infinity", `${seconds}000000`]) {
    const headers = {
      "x-self-heal-timestamp": stamp,
      "x-self-heal-signature": `sha256=${hmac(secret, `${stamp}.`, "{}")}`,
    };
    expect([stamp, ok("self-heal", call("{}", headers), [secret])]).toEqual([stamp, false]);
  }
});

test("PagerDuty's signatures during a rotation are all tried", () => {
  const headers = { "x-pagerduty-signature": `v1=${"0".repeat(64)},v1=${hmac(secret, "{}")}`, "x-webhook-id": "w1" };
  expect(senders.pagerduty.authenticate(call("{}", headers), [secret])).toEqual({ ok: true, id: "w1", event: "event" });
});

test("the sender's own id of a delivery is its id; without one, the same words have the same", () => {
  const id = (kind: SenderKind, given: Call) => {
    const result = senders[kind].authenticate(given, [secret]);
    return result.ok ? result.id : "refused";
  };
  expect(id("sentry", proven("sentry", "signature"))).toBe("r1");
  const keyed = proven("self-heal", "signature");
  expect(id("self-heal", { ...keyed, headers: { ...keyed.headers, "idempotency-key": "k1" } })).toBe("k1");
  // Not fit to be a key.
  expect(id("self-heal", { ...keyed, headers: { ...keyed.headers, "idempotency-key": "k\n".repeat(300) } })).toMatch(
    /^[0-9a-f]{40}$/,
  );
  expect(id("logfire", call("{}", {}, secret))).toBe(id("logfire", call("{}", {}, secret)));
  expect(id("logfire", call("{}", {}, secret))).not.toBe(id("logfire", call("[]", {}, secret)));
});

test.each(SenderKind.options)("%s names what it takes and what it answers above the rate", (kind) => {
  const sender = senders[kind];
  expect(sender.kind).toBe(kind);
  expect(sender.contentTypes).toContain("application/json");
  expect(sender.contentTypes).not.toContain("application/x-protobuf");
  expect(sender.maxBytes).toBe(kind === "otlp" ? 5 * 1024 * 1024 : 1024 * 1024);
  expect(sender.overRate).toBe(["sentry", "logfire", "self-heal"].includes(kind) ? 202 : 503);
});

const payloads: readonly [SenderKind, PayloadName][] = [
  ["sentry", "sentry-event-alert"],
  ["sentry", "sentry-issue"],
  ["sentry", "sentry-metric-alert"],
  ["logfire", "logfire"],
  ["alertmanager", "alertmanager"],
  ["grafana", "grafana"],
  ["datadog", "datadog"],
  ["pagerduty", "pagerduty"],
  ["otlp", "otlp"],
  ["self-heal", "self-heal"],
];
const replacements: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  1.5,
  1e300,
  "",
  "\0\ud800",
  "x".repeat(70_000),
  true,
  [],
  {},
  [null],
  [[["x"]]],
  { __proto__: null, constructor: 1, toString: 1 },
];

/** Calls `visit` once for every field of `value` and every replacement of it, in place; the value is whole again after. */
function mutate(value: unknown, visit: () => void): void {
  if (typeof value !== "object" || value === null) return;
  // Arrays have keys like objects.
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    const original = fields[key];
    for (const replacement of replacements) {
      fields[key] = replacement;
      visit();
    }
    // JSON has no lists with holes.
    if (!Array.isArray(value)) delete fields[key];
    visit();
    fields[key] = original;
    mutate(original, visit);
  }
}

/** Texts with NULs or half characters in them. */
function badTexts(value: unknown): unknown[] {
  if (typeof value === "string") return value.includes("\0") || !value.isWellFormed() ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(badTexts) : [];
}

function expectReadings(kind: SenderKind, payload: unknown): void {
  const readings = read(kind, payload);
  if (readings.length === 0) throw new Error(`${kind} gave nothing`);
  for (const reading of readings) {
    Reading.parse(reading);
    // Only a mistake of ours throws inside a reader, and only one gives a value that the schema refuses.
    const why = reading.kind === "ignored" ? reading.why : "";
    expect(why).not.toMatch(/was not understood|expected shape/);
    expect(badTexts(reading)).toEqual([]);
  }
}

test.each(payloads)("%s gives readings or reasons, whichever field of %s is missing or wrong", (kind, name) => {
  const whole = payloadOf(name);
  let calls = 0;
  mutate(whole, () => {
    calls++;
    expectReadings(kind, whole);
  });
  expect(calls).toBeGreaterThan(100);
  expect(read(kind, whole)).toEqual(read(kind, payloadOf(name)));
  expect(read(kind, whole)[0]?.kind).not.toBe("ignored");
});

test.each(SenderKind.options)("%s survives any JSON", (kind) => {
  const survives = fc.property(fc.jsonValue(), (payload) => {
    expectReadings(kind, payload);
  });
  expect(() => fc.assert(survives, { numRuns: 300 })).not.toThrow();
});

test.each(SenderKind.options)("%s ignores with a reason what is no payload at all", (kind) => {
  for (const given of [undefined, null, 7, "text", [], {}, { alerts: [] }]) {
    expect([given, read(kind, given).map((reading) => reading.kind)]).toEqual([given, ["ignored"]]);
  }
});

test("names of the prototype chain are names like any other", () => {
  const payload: unknown = JSON.parse(
    '{"__proto__":{"error_message":"inherited","polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  );
  for (const kind of SenderKind.options) expect(read(kind, payload)[0]?.kind).toBe("ignored");
  expect({}).not.toHaveProperty("polluted");
});
