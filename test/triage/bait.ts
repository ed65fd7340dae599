/** A megabyte of one piece, as one line and as lines. */
export function baitOf(piece: string): { oneLine: string; lines: string } {
  const oneLine = piece.repeat(Math.ceil(1_000_000 / piece.length));
  return { oneLine, lines: oneLine.replaceAll(/.{1990}/g, "$&\n") };
}

/** What makes careless patterns backtrack: long runs of what they repeat, without the end that they look for. */
export const baits = [
  ..."a1([{</\\=\"',:.-_●✖│ \t".split(""),
  "error: ",
  "Error(1",
  "failed ",
  "a.c:1",
  "a/b.c:1:",
  "/a 1",
  "A.1",
  "a::b1 ",
  "E   ",
  "FAILED: 1 ",
  "::error file=",
  'File "1',
  "line 1 ",
  "  on 1",
  "[1, ",
  "(1",
  "<a 1",
  "1:1 ",
  "npm error 404 ",
  "cannot find module '",
  "failed with git ",
  "##[error]",
];

/** Generous, since machines differ: a pattern that backtracks takes minutes. */
export const maxMs = 10_000;

/** Milliseconds of the processor that it takes. */
export function costOf(run: () => unknown): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
