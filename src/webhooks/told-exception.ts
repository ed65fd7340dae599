import { parseStack } from "../domain/stack.ts";
import { clip, firstLine } from "./clip.ts";
import type { Report } from "./sender.ts";

/** What a sender says of an exception, as far as it does. `otherwise` stands in for a message. */
type Told = {
  type?: string | undefined;
  message?: string | undefined;
  stack?: string | undefined;
  otherwise?: string | undefined;
};

type ToldException = Pick<Report, "title" | "errorType" | "message" | "detail" | "frames">;

/** The exception that a sender tells of in texts; the stack says what else is not told. Undefined where all is silent. */
export function toldException({ type, message, stack, otherwise }: Told): ToldException | undefined {
  const trace = parseStack(stack ?? otherwise ?? "");
  const errorType = type ?? trace.errorType;
  const said = (message ?? trace.message) || otherwise || errorType;
  if (!said) return undefined;
  return {
    title: headline(errorType, said),
    ...(errorType && { errorType: clip(errorType, 200) }),
    message: clip(said, 20_000),
    ...(stack && { detail: clip(stack, 60_000) }),
    frames: trace.frames,
  };
}

/** `TypeError: x is undefined`, on one line. */
export function headline(errorType: string | undefined, message: string): string {
  return firstLine(errorType && errorType !== message ? `${errorType}: ${message}` : message, 300);
}
