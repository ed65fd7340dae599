/** A language family as its stack traces look; `unknown` where a text names an error but prints no frames. */
export type StackLanguage =
  | "javascript"
  | "python"
  | "java"
  | "kotlin"
  | "go"
  | "ruby"
  | "php"
  | "csharp"
  | "rust"
  | "dart"
  | "swift"
  | "elixir"
  | "unknown";

/** One line of a trace. Lines and columns count from 1. What a trace does not say is absent. */
export type ParsedFrame = {
  /** As printed: with origin, directories and query. */
  file?: string;
  line?: number;
  column?: number;
  /** As printed, but without what a compiler put around it. Qualified where the language prints it so. */
  function?: string;
  /** The class, package or library that the frame belongs to, where the trace names one. */
  module?: string;
  /** Whether the repository's own people may have written it. A guess by path and package until a tree is looked at. */
  inApp: boolean;
  /** Code of the runtime that has no place in a file. */
  native?: boolean;
};

/** How an exception came to be printed: as itself, or for the sake of the one before it. */
export type Relation = "outer" | "cause" | "suppressed" | "during";

export type ParsedException = {
  language: StackLanguage;
  type?: string;
  message?: string;
  /** The crash site first, its callers after it. At most 500. */
  frames: ParsedFrame[];
  relation: Relation;
};

/** The outermost exception first, whichever way the language prints it. */
export type Trace = { exceptions: ParsedException[] };

/** A frame before anybody judged whether it is the repository's own. */
export type RawFrame = Omit<ParsedFrame, "inApp">;

export type RawException = Omit<ParsedException, "frames"> & { frames: RawFrame[] };

/** A trace found between two lines: what was read, which may be nothing, and the first line after it. */
export type Found = { exceptions: RawException[]; to: number };

/**
 * What knows one language's traces. Both functions see lines without the prefixes that logs put before them.
 * - `starts`: whether a line can be a trace's first, by its form alone.
 * - `read`: the trace that starts at `at`. It may look back for the error's line, but not before `from`.
 */
export type StackReader = {
  starts: (line: string) => boolean;
  read: (lines: readonly string[], at: number, from: number) => Found | undefined;
};

/** A trace of more frames is a recursion: the first say it all. */
export const maxFrames = 500;
/** What a signal can keep. */
const maxType = 200;
const maxMessage = 10_000;

/** A line by its number; past the ends of the text there are empty ones. */
export function lineAt(lines: readonly string[], at: number): string {
  return lines[at] ?? "";
}

type Printed = { [Key in "file" | "line" | "column" | "function" | "module"]?: string | undefined } & {
  native?: boolean;
};

/** A frame of what a pattern found: without what is empty, and with numbers only where they count from 1. */
export function frameOf({ file, line, column, function: name, module, native }: Printed): RawFrame {
  return {
    ...(file && { file }),
    ...(Number(line) > 0 && { line: Number(line) }),
    ...(Number(column) > 0 && { column: Number(column) }),
    ...(name && { function: name }),
    ...(module && { module }),
    ...(native && { native }),
  };
}

/** An exception with its error's type and message where they were found. */
export function exceptionOf(
  language: StackLanguage,
  error: { type?: string; message?: string } | undefined,
  frames: RawFrame[],
  relation: Relation = "outer",
): RawException {
  const { type, message } = error ?? {};
  return {
    language,
    ...(type !== undefined && { type: type.slice(0, maxType) }),
    ...(message !== undefined && { message: message.slice(0, maxMessage) }),
    frames: frames.slice(0, maxFrames),
    relation,
  };
}
