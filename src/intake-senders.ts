import type { IncomingMessage } from "node:http";
import { keep, respond } from "./intake.ts";
import type { Answer, IntakeCounts, Keeping } from "./intake.ts";
import type { Handler } from "./listen.ts";
import { createRate } from "./rate.ts";
import type { Rate } from "./rate.ts";
import { decodeBody, readBody } from "./read-body.ts";
import type { Source } from "./sources.ts";
import { scrub } from "./webhooks/scrub.ts";
import { SenderKind } from "./webhooks/sender.ts";
import type { Authenticated, Call, Sender } from "./webhooks/sender.ts";

type Options = Keeping & {
  sources: readonly Source[];
  senders: { readonly [K in SenderKind]: Sender };
  now: () => number;
};

/** What a path stands for: the kind, the sources that may be meant, and the last part where it names none of them. */
type Route = { kind: SenderKind; label: string; sources: readonly Source[]; token: string | undefined };
/** A call in the middle of being taken. */
type Taking = Options & { route: Route; rates: ReadonlyMap<string, Rate>; refused: (label: string) => void };
/** A call that proved which source sent it. */
type Proven = { source: Source; id: string; event: string };

/** The same for every cause, so that a stranger learns nothing from it. */
const unauthorized: Answer = { status: 401, text: "the signature or token does not match" };

/**
 * The routes of monitors: `/api/v1/webhooks/<kind>`, the same with a source's name, and `/v1/logs`. In this order: size,
 * authentication, rate, JSON, scrubbing, disk, 202. What a delivery means is found out later, by the inbox.
 */
export function createSenderIntake(options: Options): Handler {
  const rates = new Map(options.sources.map(({ name, rate }) => [name, createRate(rate)]));
  const refused = warnOfRefusals(options);
  return async (request, response) => {
    const route = routeOf((request.url ?? "").split("?")[0] ?? "", options.sources);
    if (!route) return false;
    const taking = { ...options, route, rates, refused };
    respond(
      response,
      request.method === "POST" ? await receive(request, taking) : { status: 405, text: "send a POST" },
    );
    return true;
  };
}

const prefix = "/api/v1/webhooks/";

function routeOf(path: string, sources: readonly Source[]): Route | undefined {
  if (path === "/v1/logs") return routeTo("otlp", [], sources);
  if (!path.startsWith(prefix)) return undefined;
  const [first, ...rest] = path.slice(prefix.length).replace(/\/$/, "").split("/");
  const kind = SenderKind.safeParse(first);
  return kind.success ? routeTo(kind.data, rest, sources) : undefined;
}

/** What follows the kind: nothing, a source's name, a token, or both. */
function routeTo(kind: SenderKind, rest: readonly string[], sources: readonly Source[]): Route | undefined {
  if (rest.length > 2) return undefined;
  const all = sources.filter((source) => source.kind === kind);
  const named = all.filter(({ name }) => name === rest[0]);
  if (rest.length === 2 && named.length === 0) return { kind, label: kind, sources: [], token: undefined };
  const chosen = named.length > 0 ? named : all;
  const label = chosen.length === 1 && chosen[0] ? chosen[0].name : kind;
  return { kind, label, sources: chosen, token: decoded(named.length > 0 ? rest[1] : rest[0]) };
}

function decoded(part: string | undefined): string | undefined {
  try {
    return part && decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function receive(request: IncomingMessage, taking: Taking): Promise<Answer> {
  const { route, senders, now } = taking;
  const { maxBytes } = senders[route.kind];
  const wire = await readBody(request, maxBytes);
  const body = wire.ok ? await decodeBody(wire.bytes, headersOf(request)["content-encoding"], maxBytes) : wire;
  if (!body.ok)
    return counted(taking, route.label, { what: body.status === 413 ? "tooLarge" : "malformed", answer: body });
  const call: Call = { headers: headersOf(request), raw: body.bytes, token: route.token, at: now() };
  const proven = authenticate(call, taking);
  if (!proven) {
    taking.refused(route.label);
    return counted(taking, route.label, { what: "refused", answer: unauthorized });
  }
  const limited = overRate(proven, taking, call.at);
  if (limited) return counted(taking, proven.source.name, { what: "overRate", answer: limited });
  return store(proven, call, taking);
}

/** Every source that may be meant is asked, and the first that knows the call has sent it. */
function authenticate(call: Call, { route, senders }: Taking): Proven | undefined {
  const sender = senders[route.kind];
  for (const source of route.sources) {
    const known: Authenticated = sender.authenticate(call, source.secrets);
    if (known.ok) return { source, id: known.id, event: known.event };
  }
  return undefined;
}

function overRate({ source }: Proven, { rates, senders }: Taking, at: number): Answer | undefined {
  const taken = rates.get(source.name)?.take(at) ?? { ok: true };
  if (taken.ok) return undefined;
  const text = "over the rate of this source; raise `rate` in the sources file if this is normal";
  return senders[source.kind].overRate === 503
    ? { status: 503, text, retryAfterSeconds: taken.retryAfterSeconds }
    : { status: 202, text: `counted and dropped: ${text}` };
}

async function store({ source, id, event }: Proven, { headers, raw, at }: Call, taking: Taking): Promise<Answer> {
  const { contentTypes } = taking.senders[source.kind];
  const [type = ""] = (headers["content-type"] ?? "").toLowerCase().split(";");
  if (type.trim() !== "" && !contentTypes.includes(type.trim())) {
    const answer = { status: 415, text: `set the content type to ${contentTypes.join(" or ")}` };
    return counted(taking, source.name, { what: "malformed", answer });
  }
  const read = parse(raw);
  if (!read.ok) return counted(taking, source.name, { what: "malformed", answer: { status: 400, text: read.why } });
  const body = Buffer.from(JSON.stringify(scrub(read.value)));
  return keep({ source: source.name, id, event, body, receivedAt: at }, taking);
}

type Parsed = { ok: true; value: unknown } | { ok: false; why: string };

function parse(raw: Buffer): Parsed {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch {
    return { ok: false, why: "the body is not UTF-8" };
  }
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    // The engine's message quotes the body, which may hold a secret.
    return { ok: false, why: text.trim() === "" ? "the body is empty; send JSON" : "the body is not valid JSON" };
  }
}

function headersOf({ headers }: IncomingMessage): Call["headers"] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}

function counted(
  { tally }: Taking,
  source: string,
  { what, answer }: { what: keyof IntakeCounts; answer: Answer },
): Answer {
  tally.count(source, what);
  return answer;
}

const hourMs = 3_600_000;
const tolerated = 20;

/** One wrong signature is a typing error or a scanner; many in an hour are a wrong secret, or somebody who guesses. */
function warnOfRefusals({ sources, now, log }: Options): (label: string) => void {
  const hours = new Map<string, { since: number; refused: number }>();
  return (label) => {
    const known = hours.get(label);
    const hour = known && now() - known.since < hourMs ? known : { since: now(), refused: 0 };
    hour.refused += 1;
    hours.set(label, hour);
    log.debug({ source: label }, "webhook with a wrong signature or token refused");
    if (hour.refused !== tolerated + 1) return;
    const remedy = sources.length > 0 ? "compare its secret with the sources file" : "no source is configured";
    log.warn({ source: label, refused: hour.refused, remedy }, "many webhooks refused within an hour");
  };
}
