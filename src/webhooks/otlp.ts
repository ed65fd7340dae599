import { idOfBody, isAuthorized, refused } from "./authenticity.ts";
import { clip } from "./clip.ts";
import { commitOf, countOf, fieldsOf, inside, listOf, projectNamed, textOf, timeOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { ignoring, readEach, understood } from "./readings.ts";
import type { Reading, Report, Sender } from "./sender.ts";
import { toldException } from "./told-exception.ts";

/** SEVERITY_NUMBER_ERROR of OpenTelemetry's log data model; FATAL starts at 21. */
const error = 17;
const fatal = 21;
const maxLists = 10_000;

/**
 * OTLP over HTTP in JSON (`/v1/logs`): log records of severity ERROR and above or with `exception.*` attributes, and
 * events named `exception` of spans, where spans come in the same body. A collector sends `Authorization: Bearer`.
 * Protobuf is not read, so `contentTypes` leaves it to be answered with 415.
 */
export const otlp: Sender = {
  kind: "otlp",
  contentTypes: ["application/json"],
  maxBytes: 5 * 1024 * 1024,
  // Exporters try again on 429, 502, 503 and 504.
  overRate: 503,
  authenticate(call, secrets) {
    return isAuthorized(call, secrets) ? { ok: true, id: idOfBody(call.raw), event: "logs" } : refused;
  },
  read: understood((given, { at }) => {
    const payload = fieldsOf(given);
    const records = [...logRecords(payload), ...spanEvents(payload)];
    if (records.length === 0)
      return [ignoring("the payload holds no log records; send resourceLogs in OTLP's JSON form")];
    const failures = records.filter(isFailure);
    if (failures.length === 0) return [ignoring("no record is an error: none has severity ERROR or an exception")];
    return readEach(failures, (failure) => readRecord(failure, at));
  }),
};

/** One record with its attributes and its resource's by their names. */
type LogRecord = { record: Fields; attributes: Fields; resource: Fields };

function logRecords(payload: Fields): LogRecord[] {
  return records(payload, ["resourceLogs", "scopeLogs", "logRecords"]);
}

function spanEvents(payload: Fields): LogRecord[] {
  return records(payload, ["resourceSpans", "scopeSpans", "spans"]).flatMap(({ record, resource }) =>
    listOf(record["events"], 100)
      .map((event) => recordOf({ ...fieldsOf(event), traceId: record["traceId"], spanId: record["spanId"] }, resource))
      .filter(({ record: event }) => event["name"] === "exception"),
  );
}

function records(payload: Fields, [outer, middle, inner]: readonly [string, string, string]): LogRecord[] {
  return listOf(payload[outer], maxLists).flatMap((one) => {
    const resource = attributesOf(inside(one, "resource")["attributes"]);
    const scopes = listOf(fieldsOf(one)[middle], maxLists);
    return scopes.flatMap((scope) =>
      listOf(fieldsOf(scope)[inner], maxLists).map((record) => recordOf(fieldsOf(record), resource)),
    );
  });
}

function recordOf(record: Fields, resource: Fields): LogRecord {
  return { record, attributes: attributesOf(record["attributes"]), resource };
}

/** The first of a name counts: OTLP forbids repetitions. */
function attributesOf(given: unknown): Fields {
  const pairs = listOf(given, 500).map(fieldsOf);
  return fieldsOf(
    Object.fromEntries(pairs.toReversed().map(({ key, value }) => [textOf(300, key) ?? "", plain(value)])),
  );
}

/** An `AnyValue` as a text. Scrubbed values are texts already. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const any = fieldsOf(value);
  const simple = any["stringValue"] ?? any["intValue"] ?? any["doubleValue"];
  if (simple !== undefined) return simple;
  const nested = any["boolValue"] ?? any["arrayValue"] ?? any["kvlistValue"];
  return nested === undefined ? undefined : clip(JSON.stringify(nested), 5_000);
}

function isFailure({ record, attributes }: LogRecord): boolean {
  return severityOf(record) >= error || hasException(attributes);
}

function hasException(attributes: Fields): boolean {
  return Object.keys(attributes).some((name) => name.startsWith("exception."));
}

/** The number, else the text that the number stands for; some exporters write the enum's name. */
function severityOf(record: Fields): number {
  const number = countOf(record["severityNumber"]);
  if (number !== undefined) return number;
  const text = textOf(50, record["severityText"], record["severityNumber"])?.toUpperCase() ?? "";
  if (/FATAL|CRITICAL|EMERG|ALERT|PANIC/.test(text)) return fatal;
  return text.includes("ERROR") ? error : 0;
}

function readRecord({ record, attributes, resource }: LogRecord, at: number): Reading {
  const body = textOf(20_000, plain(record["body"]), record["eventName"], record["severityText"]);
  const told = toldException({
    type: textOf(200, attributes["exception.type"]),
    message: textOf(20_000, attributes["exception.message"]),
    stack: textOf(60_000, attributes["exception.stacktrace"]),
    otherwise: body,
  });
  if (!told) return ignoring("the record has neither a body nor an exception");
  const ids = ["traceId", "spanId"].flatMap((name) => idLine(name, record[name]));
  const detail = [told.detail, body !== told.message && body, ids.join("\n")].filter(Boolean).join("\n\n");
  return {
    kind: "report",
    report: {
      ...told,
      ...(detail && { detail: clip(detail, 60_000) }),
      level: severityOf(record) >= fatal ? "fatal" : "error",
      ...running(resource),
      at: timeOf(nanoseconds(record), at),
    },
  };
}

/** Ids are hexadecimal in OTLP's JSON, not base64 as in that of protobuf. */
function idLine(name: string, id: unknown): string[] {
  return typeof id === "string" && /^[\da-f]{16,32}$/i.test(id) ? [`${name}: ${id.toLowerCase()}`] : [];
}

function nanoseconds(record: Fields): unknown {
  const times = [record["timeUnixNano"], record["observedTimeUnixNano"]];
  return times.find((time) => time !== undefined && time !== "0" && time !== 0);
}

function running(resource: Fields): Pick<Report, "project" | "environment" | "release" | "commit"> {
  const environment = textOf(200, resource["deployment.environment.name"], resource["deployment.environment"]);
  const release = textOf(200, resource["service.version"]);
  const revision = textOf(200, resource["vcs.ref.head.revision"], resource["vcs.repository.ref.revision"]);
  const commit = commitOf(revision) ?? commitOf(release);
  return {
    project: projectNamed(resource["service.name"]),
    ...(environment && { environment }),
    ...(release && { release }),
    ...(commit && { commit }),
  };
}
