import { withoutAnsi } from "./ansi.ts";

/** No pattern sees more of a line than this. */
const maxLine = 2_000;

/** Colours and prefixes are taken off before the line is cut, from this much of it. */
const maxRaw = 4 * maxLine;

const escape = "\u001B";
/** The runner prints the script of a step in this colour before it runs it. */
const scriptColour = `${escape}[36;1m`;

/** `gh run view --log` puts the job and the step before each line. */
const jobAndStep = /^[^\t]{1,200}\t[^\t]{1,200}\t\uFEFF?(?=\d{4}-\d\d-\d\dT)/;

/** GitHub's prefix of every line, with a byte order mark before the first. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z ?/;

/** Lines that are in every log, or only say that something failed. */
const boilerplate: readonly RegExp[] = [
  /^##\[(?:group|endgroup|debug|command|section)\]/,
  /^##\[error\](?:Process completed with exit code (?!124\b|130\b|137\b|143\b)|The process '.{1,300}' failed with exit code )/,
  /^\[command\]/,
  /^(?:Post job cleanup\.|Cleaning up orphan processes|Temporarily overriding HOME=|Adding repository directory to)/,
  /^Terminate orphan process:/,
  /^npm (?:error|ERR!) (?:A complete log of this run|Lifecycle script|code ELIFECYCLE|errno \d|workspace |location |\s+\/.{0,300}-debug|command |path )/,
  /^\+{1,3} /,
];

/** Lines that say of themselves that they are no error, or that it will be tried again. */
const harmless =
  /^(?:##\[(?:warning|notice)\]|npm (?:warn|WARN|notice)\b|\[?(?:WARN(?:ING)?|INFO|DEBUG|NOTICE|TRACE)\]?(?:[:\]]|\s)(?! ?\w{4,20}Sanitizer))|\b(?:[Rr]etrying|[Ww]ill retry|[Rr]etry attempt)\b/;

/** How lines begin that present themselves as an error. */
const label =
  /^\s*(?:Caused by: |[\w./-]{1,60}: )?(?:\[?(?:error|fatal|err)\b|E: |curl: |ssh: |remote: |docker: |CONFLICT \(|npm (?:error|ERR!)|(?:\w{1,60}\.){0,8}\w{0,60}(?:Error|Exception)\b)/i;

/** `script`: the runner announces this line, it is no output of it. */
type LogLine = { text: string; script: boolean };

/** A line as a person reads it: without the runner's prefix and colours, at most 2,000 characters. */
export function readLogLine(raw: string): LogLine {
  if (raw === "" || raw === "\r") return empty;
  let text = raw.length > maxRaw ? raw.slice(0, maxRaw) : raw;
  if (text.startsWith("\uFEFF")) text = text.slice(1);
  if (text.includes("\t")) text = text.replace(jobAndStep, "");
  text = text.replace(timestamp, "");
  const script = text.startsWith(scriptColour);
  if (text.includes(escape)) text = withoutAnsi(text);
  return { text: text.trimEnd().slice(0, maxLine), script };
}

const empty: LogLine = { text: "", script: false };

/** Whether a line says nothing about the cause: markers, clean-up, an exit code, a command that the shell echoes. */
export function isBoilerplate(text: string): boolean {
  return boilerplate.some((pattern) => pattern.test(text));
}

/** Whether a line says of itself that it is an error. */
export function isLabelled(text: string): boolean {
  return label.test(text);
}

/** Whether a line cannot be the cause, though it may help to understand it: a warning, a note, a retry. */
export function isHarmless(text: string): boolean {
  return harmless.test(text);
}
