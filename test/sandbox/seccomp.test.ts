import { describe, expect, test } from "vitest";
import { seccompFilter } from "../../src/sandbox/seccomp.ts";

const architectures = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
const allowed = 0x7fff0000;
const killed = 0x80000000;
const errno = (number: number) => 0x00050000 | number;

/** Runs a filter on one system call, as the kernel does (Linux, "Berkeley Packet Filter", classic). */
function verdict(program: Buffer, architecture: number, call: number, args: readonly number[] = []): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call, 0);
  data.writeUInt32LE(architecture, 4);
  args.forEach((value, index) => data.writeBigUInt64LE(BigInt(value), 16 + 8 * index));
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at += 1) {
    const code = program.readUInt16LE(at * 8);
    const value = program.readUInt32LE(at * 8 + 4);
    const jump = (taken: boolean) => (at += program.readUInt8(at * 8 + (taken ? 2 : 3)));
    if (code === 0x06) return value;
    if (code === 0x20) accumulator = data.readUInt32LE(value);
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
    else if (code === 0x05) at += value;
    else if (code === 0x15) jump(accumulator === value);
    else if (code === 0x35) jump(accumulator >= value);
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error("the filter ran off its end");
}

describe.each([
  [
    "x64",
    { read: 0, ptrace: 101, clone: 56, clone3: 435, unshare: 272, ioctl: 16, socket: 41, mknodat: 259, bpf: 321 },
  ],
  [
    "arm64",
    { read: 63, ptrace: 117, clone: 220, clone3: 435, unshare: 97, ioctl: 29, socket: 198, mknodat: 33, bpf: 280 },
  ],
] as const)("the filter for %s", (architecture, call) => {
  const program = seccompFilter(architecture);
  const judge = (number: number, ...args: number[]) => verdict(program, architectures[architecture], number, args);

  test("allows what programs need", () => {
    expect(judge(call.read)).toBe(allowed);
    expect(judge(call.clone, 0x01200011)).toBe(allowed);
    expect(judge(call.ioctl, 0, 0x5413)).toBe(allowed);
    for (const domain of [1, 2, 10]) expect(judge(call.socket, domain, 1, 0)).toBe(allowed);
    expect(judge(call.socket, 16, 3, 0)).toBe(allowed);
    expect(judge(call.mknodat, 0, 0, 0o010644)).toBe(allowed);
    expect(judge(100_000)).toBe(allowed);
  });

  test("refuses what leads out", () => {
    expect(judge(call.ptrace)).toBe(errno(1));
    expect(judge(call.bpf)).toBe(errno(1));
    expect(judge(call.clone3)).toBe(errno(38));
    for (const flag of [0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x04000000, 0x08000000, 0x02000000, 0x80]) {
      expect(judge(call.clone, flag)).toBe(errno(1));
      expect(judge(call.unshare, flag)).toBe(errno(1));
    }
    for (const request of [0x5412, 0x541c, 0x5423]) expect(judge(call.ioctl, 0, request)).toBe(errno(1));
    for (const domain of [17, 38, 40]) expect(judge(call.socket, domain, 1, 0)).toBe(errno(97));
    for (const protocol of [9, 12, 15]) expect(judge(call.socket, 16, 3, protocol)).toBe(errno(97));
    for (const kind of [0o020644, 0o060644]) expect(judge(call.mknodat, 0, 0, kind)).toBe(errno(1));
  });

  test("kills a call in another machine's language", () => {
    expect(verdict(program, 0x40000003, 11)).toBe(killed);
  });
});

test("the filter for x64 refuses the x32 calls, which have numbers of their own", () => {
  expect(verdict(seccompFilter("x64"), architectures.x64, 0x40000000)).toBe(errno(38));
});
