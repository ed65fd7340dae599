/** What a written-out line break of a trace looks like inside a JSON text: the line after it starts as frames do. */
const escapedBreak =
  /\\n(?:\\t|[ \t])*(?:at |File \\?"|from |#\d{1,4} |Caused by: |goroutine \d|Traceback |Stack trace|stack backtrace|\d{1,4}: |\S{1,200}:\d{1,9}:in )/;

/** Keys under which loggers put the text that people would read; the others only repeat it or say where it is from. */
const textKeys =
  /^(?:log|text|message|msg|textPayload|body|stack|stack_?trace|traceback|exception|exc_info|exc_text|err|error|throwable|cause|thrown|fields|jsonPayload|error\.stack(?:_trace)?|exception\.stacktrace)$/i;
const maxDepth = 6;
const maxTexts = 50;

/**
 * Lays a trace open that stands in JSON: a whole JSON document, a line of JSON (as Docker and loggers write them), or a
 * line in which line breaks are written as `\n`. Other lines stay as they are.
 */
export function unwrapJson(text: string): string {
  const whole = textsOf(text);
  if (whole) return whole;
  if (!text.includes("\\n") && !text.includes('{"')) return text;
  return text
    .split("\n")
    .map((line) => textsOf(line) ?? (escapedBreak.test(line) ? unescape(line) : line))
    .join("\n");
}

function textsOf(text: string): string | undefined {
  const trimmed = text.trim();
  if (!/^(?:\{"?|\{\s*"|\[\s*\{|")/.test(trimmed) || !/[}\]"]$/.test(trimmed)) return undefined;
  const texts: string[] = [];
  try {
    collect(JSON.parse(trimmed), texts, 0);
  } catch {
    return undefined; // Not JSON after all: read as plain text.
  }
  const several = texts.filter((each) => each.includes("\n"));
  const chosen = several.some((each) => each.trimEnd().includes("\n")) ? several : texts;
  return chosen.length > 0 ? chosen.map((each) => each.replace(/\n$/, "")).join("\n") : undefined;
}

function collect(value: unknown, texts: string[], depth: number): void {
  if (texts.length >= maxTexts || depth > maxDepth) return;
  if (typeof value === "string") texts.push(value);
  else if (Array.isArray(value)) for (const each of value) collect(each, texts, depth + 1);
  else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) if (textKeys.test(key)) collect(each, texts, depth + 1);
  }
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "", t: "\t", '"': '"', "\\": "\\", "/": "/" };

function unescape(line: string): string {
  return line.replaceAll(/\\(?:u([0-9a-fA-F]{4})|([nrt"\\/]))/g, (_, code: string | undefined, letter: string) =>
    code === undefined ? (escapes[letter] ?? letter) : String.fromCodePoint(Number.parseInt(code, 16)),
  );
}
