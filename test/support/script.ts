import type { ToolName } from "../../src/sandbox/sandbox.ts";

/**
 * One tool call of the scripted model. The inputs are those of the SDK's agent toolset
 * (`@anthropic-ai/sdk/tools/agent-toolset/node`, 1.12); paths are relative to the repository's root:
 *
 * | tool  | input                                                           | result                                     |
 * | ----- | --------------------------------------------------------------- | ------------------------------------------ |
 * | bash  | `{ command?, restart?: boolean, timeout_ms?: integer }`         | output; an error with the output if exit≠0 |
 * | read  | `{ file_path, view_range?: [start, end] }` (lines from 1)       | the file's text, without line numbers      |
 * | write | `{ file_path, content }`                                        | `wrote N bytes to F`                       |
 * | edit  | `{ file_path, old_string, new_string, replace_all?: boolean }`  | `edited F (N replacement(s))`              |
 * | glob  | `{ pattern, path? }` (relative pattern, no `..`)                | absolute paths, newest first               |
 * | grep  | `{ pattern, path? }` (regular expression)                       | `path:line:text`, or `no matches`          |
 */
export type Call = { tool: ToolName; input: Record<string, unknown> };

/**
 * One reply of the scripted model. `expect` must match the joined text of the tool results that the request brings
 * along (of the last user message); otherwise the stand-in answers 400 and records a script failure.
 */
export type Step = { say?: string; calls: readonly Call[]; expect?: RegExp } | { final: string; expect?: RegExp };

/**
 * One attempt's conversation. `when` sees the whole first user text, which contains the line
 * `Incident: <id>, attempt <n>` and the signal's title; the first script whose `when` holds is taken.
 * Which step is next follows from the request alone (the number of assistant messages in it), so a script needs no
 * reset, survives a restart of the client, and serves any number of attempts at once.
 */
export type Script = { when: (prompt: string) => boolean; steps: readonly Step[] };
