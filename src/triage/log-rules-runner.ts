import { rulesOf } from "./log-rule.ts";
import type { LogRule } from "./log-rule.ts";

/** What the runner itself says of the end of a job: nothing in the job's own output is a better sign. */
export const runnerRules: readonly LogRule[] = [
  ...rulesOf("infra-runner", {
    "runner-shutdown": {
      cues: "shutdown signal",
      pattern: /\b[Rr]unner has received a shutdown signal/,
      yes: "The runner has received a shutdown signal. This can happen when the runner service is stopped.",
      no: "the worker has received a shutdown signal handler",
    },
    "runner-lost": {
      cues: "lost communication|operator initiated",
      pattern:
        /\brunner\b.{0,200}\blost communication with the server|lost communication with the runner|runner: .{1,80} was stopped by (?:the )?operator initiated/i,
      yes: "The self-hosted runner: build-7 lost communication with the server. Verify the machine is running.",
      no: "the client lost communication with the database",
    },
    "runner-died": {
      cues: "hosted runner|error running the job|job was not acquired",
      pattern:
        /hosted runner encountered an error while running your job|The job was not acquired by Runner|hosted runner.{0,40}was (?:deleted|terminated|evicted)/i,
      yes: "The hosted runner encountered an error while running your job. (Error Type: Disconnect).",
      no: "the hosted runner picked up the job",
    },
    "runner-disk": {
      cues: "no space left|enospc|disk quota exceeded|not enough space on the disk",
      pattern: /\bNo space left on device|\bENOSPC\b|Disk quota exceeded|not enough space on the disk/i,
      yes: "/usr/bin/ld: final link failed: No space left on device",
      no: "there is no space left in this paragraph",
    },
  }),
  ...rulesOf("timeout", {
    "runner-timeout": {
      cues: "has timed out after|exceeded the maximum execution time",
      pattern: /The action .{1,300} has timed out after \d{1,6} minutes|exceeded the maximum execution time of /,
      yes: "The action 'Test' has timed out after 360 minutes.",
      no: "the request has timed out after 30 seconds",
    },
  }),
  ...rulesOf("cancelled", {
    "runner-cancelled": {
      cues: "was cancel",
      pattern:
        /^The (?:operation|run|job|workflow run) was cancel(?:l)?ed\b|^Canceling since a (?:deadlocked|higher priority)|was cancel(?:l)?ed because (?:"|'|there)/,
      yes: "The operation was canceled.",
      no: "test: the order was cancelled by the customer",
    },
  }),
  ...rulesOf("config-env", {
    "workflow-action": {
      cues: "unable to resolve action|can't find 'action.yml'|unable to find version|missing download info",
      pattern:
        /Unable to resolve action\b|Can't find 'action\.yml'|^Unable to find version|Missing download info for actions/i,
      yes: "Unable to resolve action `acme/setup@v9`, unable to find version `v9`",
      no: "unable to resolve actions in the reducer",
    },
    "workflow-file": {
      cues: "workflow is not valid|invalid workflow file|template is not valid|unrecognized named-value|uses a deprecated version",
      pattern:
        /(?:workflow|template) is not valid\b|Invalid workflow file|Unrecognized named-value|automatically failed because it uses a deprecated version/i,
      yes: "The workflow is not valid. .github/workflows/ci.yml (Line: 12, Col: 9): Unexpected value 'step'",
      no: "the workflow is not validated yet",
    },
    "workflow-input": {
      cues: "input required and not supplied|required but not provided|secret is required",
      pattern: /Input required and not supplied: |^Secret .{1,100} is required, but not provided/,
      yes: "Input required and not supplied: token",
      no: "input required for the form",
    },
  }),
  ...rulesOf("oom", {
    "oom-node": {
      cues: "heap out of memory|heap limit allocation",
      pattern: /JavaScript heap out of memory|Reached heap limit Allocation failed/,
      yes: "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
      no: "the heap out of which memory comes",
    },
    "oom-java": {
      cues: "outofmemoryerror|gc overhead limit|java heap space",
      pattern: /\bjava\.lang\.OutOfMemoryError\b|GC overhead limit exceeded|daemon.{0,80}Java heap space/i,
      yes: 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
      no: "java.lang.OutOfMemoryErrorHandler registered",
    },
    "oom-accelerator": {
      cues: "out of memory|outofmemoryerror|out_of_memory",
      pattern:
        /\b(?:CUDA|HIP|XPU|MPS|cuDNN)\b.{0,60}\bout of memory|\bOutOfMemoryError: |cudaErrorMemoryAllocation|CUDA_ERROR_OUT_OF_MEMORY|RESOURCE_EXHAUSTED: Out of memory/i,
      yes: "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 4.39 GiB.",
      no: "we never run out of memory on CUDA-less machines",
    },
    "oom-killed": {
      cues: "oomkilled|oom-kill|out of memory|cannot allocate memory|virtual memory exhausted|out of heap|std::bad_alloc",
      pattern:
        /\bOOMKilled\b|\boom-kill(?:er)?\b|\bOut of memory: Kill|^(?:fatal error: |.{0,80}: )?(?:runtime: )?out of memory\b|Cannot allocate memory|virtual memory exhausted|std::bad_alloc|compiler is out of heap space/i,
      yes: "collect2: fatal error: ld: Cannot allocate memory",
      no: "PASS test_reports_out_of_memory_to_user",
    },
    "oom-python": {
      cues: "memoryerror|worker was sent sigkill",
      pattern:
        /^\s*(?:E\s+)?(?:\w+\.){0,5}_?(?:Array)?MemoryError\b|Worker .{0,80} was sent SIGKILL! Perhaps out of memory/,
      yes: "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 8.00 GiB",
      no: "except MemoryError:",
    },
    "signal-kill": {
      cues: "killed|signal 9|signal: 9|sigkill",
      pattern:
        /^(?:\S{1,200}: )?(?:line \d{1,7}: )?\s*(?:\d{1,8} )?Killed\b(?:\s{2,}|$)|\b(?:g\+\+|cc1plus|c\+\+|gcc|clang)\b.{0,80}Killed\b|\bterminated by signal 9\b|\(signal: 9, SIGKILL|Killed signal terminated program/i,
      yes: "./run.sh: line 12:  4711 Killed                  python train.py",
      no: "Killed 3 mutants of 4",
    },
  }),
];
