import { idOfBody, isSecret, refused } from "./authenticity.ts";
import { clip, firstLine } from "./clip.ts";
import { commitOf, fieldsOf, filled, inside, listOf, projectNamed, textOf, timeOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { ignoring, readEach, understood } from "./readings.ts";
import type { Reading, Sender } from "./sender.ts";
import { toldException } from "./told-exception.ts";

/** Far above what a query of people selects; without them, a payload could ask for their product. */
const maxColumns = 200;
const maxRows = 10_000;

/**
 * Alerts of Pydantic Logfire in the format `raw-data`: columns, and rows of what the alert's query selected. Known from one
 * user's sample only, in which booleans and null are the texts `"False"` and `"None"`; both forms are read.
 * Nothing is signed: the secret is the last part of the path.
 */
export const logfire: Sender = {
  kind: "logfire",
  contentTypes: ["application/json"],
  maxBytes: 1024 * 1024,
  overRate: 202,
  authenticate({ token, raw }, secrets) {
    return isSecret(token, secrets) ? { ok: true, id: idOfBody(raw), event: "alert" } : refused;
  },
  read: understood((given, { at }) => readAlert(fieldsOf(given), at)),
};

function readAlert(payload: Fields, at: number): Reading[] {
  if (!Array.isArray(payload["columns"]) || !Array.isArray(payload["data"])) {
    return [ignoring("the payload has no columns and rows; set the format of Logfire's webhook to raw-data")];
  }
  const names = listOf(payload["columns"], maxColumns).map(
    (column) => textOf(200, fieldsOf(column)["name"], column) ?? "",
  );
  const rows = listOf(payload["data"], maxRows)
    .map((row) => named(names, row))
    .filter(isException);
  return rows.length > 0 ? readEach(rows, (row) => readRow(row, payload, at)) : [alertOf(payload, at)];
}

/** A row as an object of the columns that have a value. */
function named(names: readonly string[], row: unknown): Fields {
  const cells = Array.isArray(row) ? row : names.map((name) => fieldsOf(row)[name]);
  return fieldsOf(Object.fromEntries(names.map((name, at) => [name, filled(cells[at])])));
}

function isException(row: Fields): boolean {
  const { type, message, stack } = exceptionOf(row);
  return (type ?? message ?? stack) !== undefined;
}

/** The columns of the query that we document, also by the names that OpenTelemetry gives them. */
function exceptionOf(row: Fields): { type?: string; message?: string; stack?: string } {
  const type = textOf(200, row["exception_type"], row["exception.type"]);
  const message = textOf(20_000, row["exception_message"], row["exception.message"]);
  const stack = textOf(60_000, row["exception_stacktrace"], row["exception.stacktrace"]);
  return { ...(type && { type }), ...(message && { message }), ...(stack && { stack }) };
}

function readRow(row: Fields, payload: Fields, at: number): Reading {
  const known = exceptionOf(row);
  const told = toldException({ ...known, otherwise: textOf(20_000, row["message"], row["span_name"]) });
  const url = textOf(2_000, inside(payload, "links")["alert"]);
  return {
    kind: "report",
    report: {
      // A stack that names no error is still one.
      ...(told ?? { title: "an exception", message: "an exception", detail: known.stack ?? "", frames: [] }),
      ...running(row),
      ...(url && { url }),
      project: projectOf(row, payload),
      at: timeOf(row["start_timestamp"] ?? row["created_at"] ?? payload["timestamp"], at),
    },
  };
}

function running(row: Fields): { environment?: string; release?: string; commit?: string } {
  const environment = textOf(200, row["deployment_environment"], row["deployment.environment.name"]);
  const release = textOf(200, row["service_version"], row["service.version"]);
  const commit = commitOf(release);
  return { ...(environment && { environment }), ...(release && { release }), ...(commit && { commit }) };
}

function projectOf(row: Fields, payload: Fields): string {
  return projectNamed(row["service_name"], row["service.name"], filled(payload["project_name"]));
}

/** A query of other columns still says that something is wrong. */
function alertOf(payload: Fields, at: number): Reading {
  const name = textOf(250, filled(payload["alert_name"])) ?? "a Logfire alert";
  const links = inside(payload, "links");
  const url = textOf(2_000, links["alert"]);
  // Without the run, every run of one alert has the same name.
  const alias = clip(`logfire:${textOf(250, url)?.split("?")[0] ?? name}`, 300);
  const rows = textOf(20, payload["n_rows"]) ?? String(listOf(payload["data"], 1e6).length);
  const errors = textOf(5_000, filled(payload["errors"]));
  if (rows === "0" && !errors) return ignoring("the alert matched nothing");
  const detail = [textOf(2_000, filled(payload["description"])), `${rows} rows matched`, errors, sampleOf(payload)];
  return {
    kind: "alert",
    project: projectOf({}, payload),
    alias,
    title: firstLine(name, 300),
    detail: clip(detail.filter(Boolean).join("\n"), 20_000),
    ...(url && { url }),
    severity: "error",
    at: timeOf(payload["timestamp"], at),
  };
}

function sampleOf(payload: Fields): string {
  return listOf(payload["data"], 5)
    .map((row) => clip(JSON.stringify(row) ?? "", 1_000))
    .join("\n");
}
