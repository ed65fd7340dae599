import { createHash } from "node:crypto";
import type { Fingerprint, Frame, Signal } from "../domain/signal.ts";
import { framePath, isVendor } from "./frames.ts";
import { ownError } from "./own-error.ts";
import { parameterise } from "./parameterise.ts";

/** Frames that say where it broke; further out they only say how the program got there. */
const topFrames = 5;
const maxMessage = 200;

/**
 * Which signals are the same failure, within one repository:
 * - an issue: its number;
 * - a sender's own group, where it names one;
 * - a workflow: its name;
 * - else the error's type, its message without what changes, and the top five frames of the repository's own code as
 *   (file name, function), or of any code where there is none of its own.
 *
 * Lines, columns, directories, commit, environment and address are no inputs: they change with every deployment. A
 * changed rule needs a new version prefix, or open incidents lose their signals.
 */
export function fingerprint(signal: Signal): Fingerprint {
  const inputs = JSON.stringify([signal.repository.id, ...identity(signal)]);
  return `v1:${createHash("sha256").update(inputs).digest("hex").slice(0, 32)}`;
}

function identity(signal: Signal): unknown[] {
  const { origin, group } = signal;
  if (origin.kind === "issue") return ["issue", origin.number];
  if (group) return ["group", group];
  if (origin.kind === "workflow") return ["workflow", origin.name];
  const { type = "", message = signal.message } = ownError(signal);
  return ["error", type, parameterise(message).slice(0, maxMessage), ...frameKeys(signal.frames)];
}

/** A recursion counts once, however deep it went. */
function frameKeys(frames: readonly Frame[]): string[] {
  const own = frames.filter((frame) => !isVendor(frame));
  const keys = (own.length > 0 ? own : frames).map(frameKey);
  return keys.filter((key, at) => key !== keys[at - 1]).slice(0, topFrames);
}

function frameKey(frame: Frame): string {
  const name = framePath(frame.file).split("/").at(-1)?.toLowerCase() ?? "";
  return `${withoutHash(name)} ${functionName(frame.function ?? "")}`;
}

/** Bundlers put a content hash into the name: `main.3f2a91bc.js`. */
function withoutHash(name: string): string {
  return name.replace(/[.-](?=[a-z]*\d)[0-9a-z]{8,64}(?=\.)/, "");
}

/** Engines and compilers decorate the same function differently. */
function functionName(name: string): string {
  return name
    .replace(/^(?:async |new |bound )+/, "")
    .replace(/ \[as [^\]]*\]$/, "")
    .replace(/^(?:Object|Module|Function|module\.exports|exports|global|window)\./, "")
    .replaceAll(/(?:\$\$Lambda\$|lambda\$|\$)\d+/g, "")
    .replaceAll(/<anonymous>|\(anonymous\)|<lambda>|\{closure\}/g, "");
}
