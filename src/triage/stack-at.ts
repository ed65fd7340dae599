/** The languages whose frames are lines that start with `at`. */
type AtLanguage = "javascript" | "java" | "csharp";

/** `at pkg.Class.method(File.java:12)`: no space before the bracket, no directory in it. A module may stand in front. */
const java =
  /^\s*at [^()]{1,600}[^()\s]\((?:(?![^()]{1,200}\.(?:[cm]?[jt]sx?|vue|svelte):)[^()\s:/\\]{1,200}\.[A-Za-z]\w{0,10}(?::\d{1,9})?|Native Method|Unknown Source(?::\d{1,9})?|<generated>|SourceFile(?::\d{1,9})?|[\w-]{0,100}:\d{1,9})\)(?: ~?\[[^\]]{0,300}\])?$/;

/** `at Name.Space.Type.Method(Type name) in FILE:line 12`, and Mono's `at Type.Method (Type name) [0x00012] in FILE:12`. */
const csharp =
  /^\s*at [^()]{1,600}\([^()]{0,1000}\)(?: \[0x[0-9a-f]{1,8}\])?(?: in .{1,600}:(?:[^\s\d:/\\]{1,20} )?\d{1,9})?(?: ?<---)?\s*$/;

const location = /:\d{1,9}\)*(?:,| \{|, \{)?$/;
/** Other languages print places behind `at` too, but their files say so. */
const otherFile = /\.(?:php|rs|py|rb|go|swift|dart|cs|java|kts?|exs?|erl|c|cc|cpp|h|hpp|m|mm|pl|pm|lua):\d/;
const nativePlace =
  /\((?:native|native code|<anonymous>|index \d{1,9}|unknown location|wasm:[^()]{1,300})\)(?:,| \{)?$|^\s*at (?:<anonymous>|native)$/;

export function isAtLine(line: string): boolean {
  return /^\s*(?:eval )?at \S/.test(line);
}

/** What language a line that starts with `at` can only be of; undefined for prose. */
export function atLanguage(line: string): AtLanguage | undefined {
  if (!isAtLine(line)) return undefined;
  const text = line.trimEnd();
  if (java.test(text)) return "java";
  if (isCsharp(text)) return "csharp";
  if (nativePlace.test(text)) return "javascript";
  return location.test(text) && !otherFile.test(text) && /[A-Za-z]/.test(text.replace(/^\s*(?:eval )?at /, ""))
    ? "javascript"
    : undefined;
}

/** JavaScript puts a space before the bracket, Mono marks it by an offset. */
function isCsharp(text: string): boolean {
  if (!csharp.test(text)) return false;
  const placed = /\) (?:\[0x[0-9a-f]{1,8}\] )?in /.test(text) || /\) \[0x[0-9a-f]{1,8}\]/.test(text);
  return placed || /[^\s(]\((?!<anonymous>|native\b)[^():]*\)(?: ?<---)?$/.test(text);
}

const maxVotes = 12;

/** The language of a block of such lines: the one that most of them are of, as single lines can look like another's. */
export function votedLanguage(lines: readonly string[], at: number): AtLanguage | undefined {
  const votes = new Map<AtLanguage, number>();
  for (const line of lines.slice(at, at + maxVotes)) {
    const language = atLanguage(line);
    if (language === undefined && !isAtLine(line)) break;
    if (language) votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  return [...votes].toSorted(([, one], [, other]) => other - one)[0]?.[0];
}
