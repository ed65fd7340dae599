import type { RunResult, ToolName, ToolResult, ToolSession, Workspace } from "../../src/sandbox/sandbox.ts";

type Tool = (input: Record<string, unknown>, signal?: AbortSignal) => ToolResult | Promise<ToolResult>;

export type FakeWorkspace = Workspace & {
  /** The files, by path; tools change them. */
  files: Map<string, string>;
  calls: { name: ToolName; input: unknown }[];
  /** Sessions that have not been closed. */
  open: () => number;
  options: { maxOutputChars: number; bashTimeoutMs: number }[];
};

/** A workspace in memory, with the six tools in the toolset's shapes. `tools` replaces single ones. */
export function fakeWorkspace(
  options: { files?: Record<string, string>; tools?: Partial<Record<ToolName, Tool>> } = {},
): FakeWorkspace {
  const files = new Map(Object.entries(options.files ?? {}));
  const tools: Record<ToolName, Tool> = { ...memoryTools(files), ...options.tools };
  const calls: FakeWorkspace["calls"] = [];
  const sessionOptions: FakeWorkspace["options"] = [];
  let open = 0;
  const session: ToolSession = {
    definitions,
    call: async (name, input, signal) => {
      calls.push({ name, input });
      // The proxy has checked that it is an object.
      return tools[name](input as Record<string, unknown>, signal);
    },
    close: async () => {
      open -= 1;
    },
  };
  return {
    files,
    calls,
    options: sessionOptions,
    open: () => open,
    tools: async ({ maxOutputChars, bashTimeoutMs }) => {
      open += 1;
      sessionOptions.push({ maxOutputChars, bashTimeoutMs });
      return session;
    },
    run: async (): Promise<RunResult> => {
      throw new Error("the fake workspace runs no commands");
    },
    extract: async () => {
      throw new Error("the fake workspace has no tree");
    },
    close: async () => {},
  };
}

function memoryTools(files: Map<string, string>): Record<ToolName, Tool> {
  const ok = (text: string): ToolResult => ({ text, isError: false });
  const bad = (text: string): ToolResult => ({ text, isError: true });
  return {
    bash: ({ command }) => ok(`ran ${String(command)}`),
    read: ({ file_path: path }) => {
      const text = files.get(String(path));
      return text === undefined ? bad(`read: ${String(path)}: no such file`) : ok(text);
    },
    write: ({ file_path: path, content }) => {
      files.set(String(path), String(content));
      return ok(`wrote ${String(content).length} bytes to ${String(path)}`);
    },
    edit: ({ file_path: path, old_string: from, new_string: to }) => {
      const text = files.get(String(path));
      if (!text?.includes(String(from))) return bad(`edit: old_string not found in ${String(path)}`);
      files.set(
        String(path),
        text.replace(String(from), () => String(to)),
      );
      return ok(`edited ${String(path)} (1 replacement(s))`);
    },
    glob: () => ok([...files.keys()].join("\n") || "no matches"),
    grep: ({ pattern }) => {
      const search = new RegExp(String(pattern));
      const hits = [...files].flatMap(([path, text]) =>
        text.split("\n").flatMap((line, at) => (search.test(line) ? [`${path}:${at + 1}:${line}`] : [])),
      );
      return ok(hits.join("\n") || "no matches");
    },
  };
}

const text = { type: "string" };

/** As the SDK's agent toolset 20260401 declares them. */
const definitions: ToolSession["definitions"] = [
  tool("bash", "Run a bash command in a persistent shell.", {
    command: text,
    restart: { type: "boolean" },
    timeout_ms: { type: "integer" },
  }),
  tool("read", "Read a UTF-8 text file relative to the workdir.", {
    file_path: text,
    view_range: { type: "array", items: { type: "integer" } },
  }),
  tool("write", "Write a UTF-8 text file relative to the workdir.", { file_path: text, content: text }),
  tool("edit", "Replace old_string with new_string in a file.", {
    file_path: text,
    old_string: text,
    new_string: text,
    replace_all: { type: "boolean" },
  }),
  tool("glob", "Match files under the workdir against a glob pattern.", { pattern: text, path: text }),
  tool("grep", "Search file contents for a regex.", { pattern: text, path: text }),
];

function tool(name: ToolName, description: string, properties: object): ToolSession["definitions"][number] {
  return { name, description, input_schema: { type: "object", properties } };
}
