import { readFileSync, readdirSync } from "node:fs";
import { parseTrace } from "../../src/triage/parse-stack.ts";
import { median } from "./median.ts";

const folder = new URL("../fixtures/stacks/", import.meta.url);
const rounds = 5;
const perRound = 2_000;

/**
 * Traces read per second of one core, for each language over its samples in turn, and the milliseconds that a megabyte
 * of what patterns like least takes at worst.
 */
export async function benchStack(): Promise<Record<string, number>> {
  const byLanguage = Map.groupBy(
    readdirSync(folder).filter((file) => file.endsWith(".txt")),
    (file) => file.split("-")[0] ?? file,
  );
  const rates = [...byLanguage].map(([language, files]) => {
    const texts = files.map((file) => readFileSync(new URL(file, folder), "utf8"));
    readAll(texts);
    const times = Array.from({ length: rounds }, () => perRound / (readAll(texts) / 1_000));
    return [`${language}TracesPerSecond`, median(times)] as const;
  });
  return { ...Object.fromEntries(rates), baitMegabyteMilliseconds: Math.max(...bait.map(readBait)) };
}

/** Milliseconds. */
function readAll(texts: readonly string[]): number {
  const before = process.threadCpuUsage();
  for (let at = 0; at < perRound; at += 1) {
    if (parseTrace(texts[at % texts.length] ?? "").exceptions.length === 0) throw new Error("a sample was not read");
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

const bait = [
  "at ",
  "(",
  "at a.b(",
  "Error: ",
  ":1",
  '  File "a", line 1\n',
  "Stack trace:\nNext A: b\n",
  "{\n",
  "\n",
  "[[",
];

function readBait(part: string): number {
  const text = part.repeat(Math.ceil(1_000_000 / part.length));
  const before = performance.now();
  parseTrace(text);
  return performance.now() - before;
}
