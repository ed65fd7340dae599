import { withoutAnsi } from "./ansi.ts";
import { unwrapJson } from "./stack-envelope.ts";

/** A trace is small; what is larger is a log, of which both ends are read. */
const maxText = 256 * 1024;
const maxLine = 2_000;

/**
 * What loggers and runners put before a line, each with the one space that belongs to it: the indentation that follows
 * is the trace's own. Tried in this order, over and over, as prefixes stand before prefixes.
 */
const prefixes: readonly RegExp[] = [
  /^\uFEFF/,
  // `gh run view --log`: job, step, time.
  /^[^\t]{1,120}\t[^\t]{1,120}\t\uFEFF?(?=\d{4}-\d\d-\d\d[T ])/,
  // Times: ISO 8601, in brackets or not; GitHub Actions, Docker and Kubernetes write them so.
  /^\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?:? ?/,
  // PHP's log, and the access log's form.
  /^\[\d{1,2}[-/][A-Z][a-z]{2}[-/]\d{4}[: ]\d\d:\d\d:\d\d[^\]]{0,40}\] ?/,
  // Syslog and journald: `Jul  9 12:00:00 host app[12]: `.
  /^[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d \S{1,120} [^\s:]{1,80}: ?/,
  // Android: `07-09 12:00:00.000  12  34 E AndroidRuntime: `, and Flutter's `E/flutter ( 12): `.
  /^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {1,6}\d{1,6} {1,6}\d{1,6} [VDIWEF] [^:\s]{1,60} {0,20}: ?/,
  /^[VDIWEF]\/[\w.-]{1,60} {0,10}\( {0,5}\d{1,6}\): ?/,
  // Ruby's logger, and the request ids that Rails puts behind it.
  /^[DIWEFA], \[[^\]]{1,80}\] {1,3}[A-Z]{1,7} -- [^:]{0,60}: ?/,
  /^\[[0-9a-f-]{4,36}\] ?/,
  // Kubernetes' own log form, after its time.
  /^(?:stdout|stderr) [FP] ?/,
  // Heroku and Docker Compose: `app[web.1]: `, `web-1  | `, pm2's `0|app  | `.
  /^app\[[\w.-]{1,60}\]: ?/,
  /^(?:\d{1,3}\|)?[\w./-]{1,60} {0,30}\| ?(?!\s*\d{1,9} ?\|)/,
  // `kubectl logs --prefix`.
  /^\[pod\/[^\]\s]{1,200}\] ?/,
  // GitHub Actions' commands, and quotations.
  /^##\[(?:error|warning|debug|command)\]/,
  /^> /,
  /^PHP message: /,
];

/** A text in lines that a stack reader understands: cut to size, out of JSON, without colours and log prefixes. */
export function stackLines(text: string): string[] {
  return withoutAnsi(unwrapJson(bounded(text)))
    .split(/\r?\n|\r/)
    .map((line) => withoutPrefix(line.slice(0, maxLine)));
}

function bounded(text: string): string {
  return text.length <= maxText ? text : `${text.slice(0, maxText / 2)}\n${text.slice(-maxText / 2)}`;
}

function withoutPrefix(line: string): string {
  // No prefix starts with a space, and most lines of a trace do.
  if (line === "" || line.startsWith(" ") || line.startsWith("\t") || line.startsWith("at ")) return line;
  let rest = line;
  for (let round = 0; round < 4; round += 1) {
    const prefix = prefixes.map((each) => each.exec(rest)?.[0]).find((found) => found);
    if (prefix === undefined) break;
    rest = rest.slice(prefix.length);
  }
  return rest;
}
