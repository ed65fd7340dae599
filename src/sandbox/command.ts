import { createHash } from "node:crypto";
import { onData } from "./child.ts";
import type { Child } from "./child.ts";
import type { RunResult } from "./sandbox.ts";
import { headShare, plainText } from "./text.ts";

// What a test run prints at most without being broken; more only fills memory and time.
const maxTotalBytes = 64 * 1024 * 1024;

/**
 * Collects what a confined command prints on both streams: the hash of all of it, and its start and end up to
 * `maxBytes`. A flood ends the command.
 */
export async function collectCommand(child: Child, maxBytes: number): Promise<RunResult> {
  const hash = createHash("sha256");
  const kept = keepEnds(maxBytes);
  let total = 0;
  const take = (chunk: Buffer) => {
    total += chunk.length;
    if (total > maxTotalBytes) return child.kill("output");
    hash.update(chunk);
    kept.take(chunk);
  };
  onData(child.process.stdout, take);
  onData(child.process.stderr, take);
  const { exitCode, killedBy, ms } = await child.ended;
  return {
    exitCode,
    ...(killedBy && { killedBy }),
    output: plainText(kept.text()),
    hash: hash.digest("hex"),
    truncated: total > maxBytes,
    ms: Math.round(ms),
  };
}

/** Holds the first and the last bytes of a stream, never more than twice what it is to give. */
function keepEnds(maxBytes: number): { take(chunk: Buffer): void; text(): string } {
  const headBytes = Math.floor(maxBytes * headShare);
  const tailBytes = maxBytes - headBytes;
  let head = Buffer.alloc(0);
  let tail: Buffer[] = [];
  let tailLength = 0;
  let dropped = 0;
  const shorten = () => {
    const whole = Buffer.concat(tail);
    const end = whole.subarray(Math.max(0, whole.length - tailBytes));
    dropped += whole.length - end.length;
    tail = [end];
    tailLength = end.length;
  };
  return {
    take: (chunk) => {
      const missing = headBytes - head.length;
      if (missing > 0) head = Buffer.concat([head, chunk.subarray(0, missing)]);
      const rest = chunk.subarray(Math.max(0, missing));
      tail.push(rest);
      tailLength += rest.length;
      if (tailLength > tailBytes * 2) shorten();
    },
    text: () => {
      shorten();
      const gap = dropped > 0 ? `\n[… ${dropped} bytes left out …]\n` : "";
      return `${head.toString("utf8")}${gap}${Buffer.concat(tail).toString("utf8")}`;
    },
  };
}
