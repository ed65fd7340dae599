import { explainLogStream } from "../../src/triage/log-explanation.ts";
import { logRules } from "../../src/triage/log-rules.ts";
import { toolLocations } from "../../src/triage/tool-locations.ts";
import { median } from "./median.ts";

const rounds = 5;
const megabyte = 1_000_000;
const logBytes = 10 * megabyte;
const pieceLength = 64 * 1024;

/**
 * A log of 10 MB as a job writes it, explained while it is read in pieces; and 1 MB of a compiler's output. In time of
 * the processor, so that what else runs on the machine counts for little; the memory is what the heap grows by at most.
 */
export async function benchLogs(): Promise<Record<string, number>> {
  const log = exampleLog();
  const output = Array.from(
    { length: megabyte / 50 },
    (_, at) => `src/part-${at % 90}.ts(${at + 1},5): error TS2304: no`,
  );
  const tool = output.join("\n");
  await explainLogStream(piecesOf(log));
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await cpuMs(() => explainLogStream(piecesOf(log))));
  const toolMs = await cpuMs(async () => toolLocations(tool));
  const ms = median(times);
  return {
    log10MbMs: ms,
    logMbPerSecond: logBytes / megabyte / (ms / 1_000),
    logPeakHeapMb: await peakHeapMb(log),
    logRules: logRules.length,
    toolOutputMbPerSecond: tool.length / megabyte / (toolMs / 1_000),
  };
}

async function cpuMs(run: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  await run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** A step with much output, of which some sounds like errors, and the failure at its end. */
function exampleLog(): string {
  const kinds = [
    "Downloading https://example.org/packages/left-pad-1.2.3.tar.gz (3.4 MB)",
    "[12/400] Building CXX object src/CMakeFiles/core.dir/cart.cpp.o -Wall -Werror",
    "tests/test_cart.py::test_total_of_many PASSED                          [ 12%]",
    "    at Object.total (/home/runner/work/shop/src/cart.js:10:5)",
    "INFO handled the request, errors: none",
    "WARNING: connection reset, retrying",
    "caught TypeError: total is not a function, as the test expects",
  ];
  const lines: string[] = [];
  for (let size = 0; size < logBytes; size += (lines.at(-1) ?? "").length + 1) {
    lines.push(`2026-01-31T10:20:30.1234567Z ${kinds[lines.length % kinds.length]} ${lines.length}`);
  }
  lines.push("FAILED tests/test_cart.py::test_total - AssertionError", "##[error]Process completed with exit code 1.");
  return lines.join("\n");
}

async function* piecesOf(log: string): AsyncGenerator<string> {
  for (let at = 0; at < log.length; at += pieceLength) yield log.slice(at, at + pieceLength);
}

async function peakHeapMb(log: string): Promise<number> {
  const before = process.memoryUsage().heapUsed;
  let peak = before;
  const watched = async function* (): AsyncGenerator<string> {
    for await (const piece of piecesOf(log)) {
      peak = Math.max(peak, process.memoryUsage().heapUsed);
      yield piece;
    }
  };
  await explainLogStream(watched());
  return (peak - before) / megabyte;
}
