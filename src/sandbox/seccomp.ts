/**
 * A seccomp filter in classic BPF, for `bwrap --seccomp FD`, assembled here so that no compiler or native module is
 * needed. A deny list: what is not named is allowed. Numbers: Linux `asm/unistd_64.h` and `asm-generic/unistd.h`.
 */
export function seccompFilter(architecture: "x64" | "arm64"): Buffer {
  const column = architecture === "x64" ? 0 : 1;
  const program: Instruction[] = [
    [load, 0, 0, architectureOffset],
    [ifEqual, 1, 0, auditArchitecture[column]],
    [answer, 0, 0, killProcess],
    [load, 0, 0, numberOffset],
  ];
  // The x32 calls of x86-64 have numbers of their own: none of the rules below would see them.
  if (architecture === "x64") program.push([ifAtLeast, 0, 1, x32Bit], [answer, 0, 0, failWith(ENOSYS)]);
  for (const numbers of denied) program.push(...whenCall(numbers[column], [[answer, 0, 0, failWith(EPERM)]]));
  // Its flags lie in memory, where a filter cannot look. libc falls back to clone.
  program.push(...whenCall(clone3[column], [[answer, 0, 0, failWith(ENOSYS)]]));
  for (const rule of conditional) program.push(...whenCall(rule.call[column], denyIf(rule)));
  program.push([answer, 0, 0, allow]);
  return encode(program);
}

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, value: number];
/** A system call's number on x86-64 and arm64; undefined where it does not exist. */
type Call = readonly [x64: number, arm64: number | undefined];
/** Holds when the argument, after the mask, is one of `in` or none of `notIn`. */
type Condition = { argument: number; mask?: number } & ({ in: readonly number[] } | { notIn: readonly number[] });
type Rule = { call: Call; when: readonly Condition[]; error: number };

const load = 0x20;
const and = 0x54;
const jump = 0x05;
const ifEqual = 0x15;
const ifAtLeast = 0x35;
const answer = 0x06;

const allow = 0x7fff0000;
const killProcess = 0x80000000;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

const numberOffset = 0;
const architectureOffset = 4;
const auditArchitecture = [0xc000003e, 0xc00000b7] as const;
const x32Bit = 0x40000000;

const denied: readonly Call[] = Object.values({
  ptrace: [101, 117],
  processVmReadv: [310, 270],
  processVmWritev: [311, 271],
  processMadvise: [440, 440],
  kcmp: [312, 272],
  pidfdGetfd: [438, 438],
  addKey: [248, 217],
  requestKey: [249, 218],
  keyctl: [250, 219],
  mount: [165, 40],
  umount2: [166, 39],
  pivotRoot: [155, 41],
  moveMount: [429, 429],
  openTree: [428, 428],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mountSetattr: [442, 442],
  chroot: [161, 51],
  setns: [308, 268],
  bpf: [321, 280],
  perfEventOpen: [298, 241],
  userfaultfd: [323, 282],
  ioUringSetup: [425, 425],
  ioUringEnter: [426, 426],
  ioUringRegister: [427, 427],
  kexecLoad: [246, 104],
  kexecFileLoad: [320, 294],
  initModule: [175, 105],
  finitModule: [313, 273],
  deleteModule: [176, 106],
  iopl: [172, undefined],
  ioperm: [173, undefined],
  modifyLdt: [154, undefined],
  swapon: [167, 224],
  swapoff: [168, 225],
  reboot: [169, 142],
  acct: [163, 89],
  quotactl: [179, 60],
  quotactlFd: [443, 443],
  syslog: [103, 116],
  openByHandleAt: [304, 265],
  nameToHandleAt: [303, 264],
  vhangup: [153, 58],
  lookupDcookie: [212, 18],
  fanotifyInit: [300, 262],
  settimeofday: [164, 170],
  clockSettime: [227, 112],
  clockAdjtime: [305, 266],
  adjtimex: [159, 171],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  mbind: [237, 235],
  setMempolicy: [238, 237],
  migratePages: [256, 238],
  movePages: [279, 239],
  nfsservctl: [180, 42],
  uselib: [134, undefined],
  vmsplice: [278, 75],
  mknod: [133, undefined],
  memfdSecret: [447, 447],
} satisfies Record<string, Call>);

const clone3: Call = [435, 435];
// CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET,TIME}
const newNamespace = 0x7e020080;
const [unixSocket, inet, inet6, netlink] = [1, 2, 10, 16];

const conditional: readonly Rule[] = [
  { call: [56, 220], when: [{ argument: 0, mask: newNamespace, notIn: [0] }], error: EPERM }, // clone
  { call: [272, 97], when: [{ argument: 0, mask: newNamespace, notIn: [0] }], error: EPERM }, // unshare
  { call: [16, 29], when: [{ argument: 1, in: [0x5412, 0x541c, 0x5423] }], error: EPERM }, // ioctl: TIOCSTI, TIOCLINUX, TIOCSETD
  { call: [259, 33], when: [{ argument: 2, mask: 0o170000, in: [0o020000, 0o060000] }], error: EPERM }, // mknodat: devices
  // A network namespace confines neither AF_VSOCK nor the netlink families below the first.
  { call: [41, 198], when: [{ argument: 0, notIn: [unixSocket, inet, inet6, netlink] }], error: EAFNOSUPPORT }, // socket
  {
    call: [41, 198],
    when: [
      { argument: 0, in: [netlink] },
      { argument: 2, notIn: [0] },
    ],
    error: EAFNOSUPPORT,
  },
  { call: [53, 199], when: [{ argument: 0, notIn: [unixSocket] }], error: EAFNOSUPPORT }, // socketpair
];

function failWith(errno: number): number {
  return 0x00050000 | errno;
}

function whenCall(number: number | undefined, body: readonly Instruction[]): Instruction[] {
  return number === undefined ? [] : [[ifEqual, 0, body.length, number], ...body];
}

/** Fails the call when all conditions hold; otherwise loads the call's number again for the rules that follow. */
function denyIf({ when, error }: Rule): Instruction[] {
  let body: Instruction[] = [[answer, 0, 0, failWith(error)]];
  for (const condition of when.toReversed()) body = [...test(condition, body.length), ...body];
  return [...body, [load, 0, 0, numberOffset]];
}

/** Falls through to the `rest` instructions that follow when the condition holds, and skips them when it does not. */
function test(condition: Condition, rest: number): Instruction[] {
  const values = "in" in condition ? condition.in : condition.notIn;
  const skip: Instruction = [jump, 0, 0, rest];
  return [
    [load, 0, 0, 16 + 8 * condition.argument],
    ...(condition.mask === undefined ? [] : [[and, 0, 0, condition.mask] as const]),
    // A match jumps over the one instruction that follows the comparisons.
    ...values.map((value, index): Instruction => [ifEqual, values.length - index, 0, value]),
    ...("in" in condition ? [skip] : [[jump, 0, 0, 1] as const, skip]),
  ];
}

function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, whenTrue, whenFalse, value], index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(whenTrue, index * 8 + 2);
    bytes.writeUInt8(whenFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  });
  return bytes;
}
