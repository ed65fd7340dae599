import type { Caller } from "./access.ts";
import type { Match } from "./specification.ts";
import type { Json } from "./types.ts";
import type { Repository, World } from "./world.ts";

/** `body` is JSON unless it is a Buffer, which is sent as it is with the content type of `headers`. */
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

/** One authorised REST call. */
export type Call = {
  world: World;
  caller: Caller;
  operation: Match["operation"];
  params: Record<string, string>;
  query: Record<string, string>;
  body: Json;
  /** Media type asked for: `diff`, `raw`, … or `json`. */
  media: string;
  path: string;
};
export type RepositoryCall = Call & { repository: Repository };

export type Handler = (call: Call) => Promise<Reply> | Reply;
export type RepositoryHandler = (call: RepositoryCall) => Promise<Reply> | Reply;

/** What GitHub refuses, and how it says so. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: unknown[] | undefined;
  constructor(status: number, message: string, errors?: unknown[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
  reply(): Reply {
    const documentation = { documentation_url: "https://docs.github.com/rest", status: String(this.status) };
    return {
      status: this.status,
      body: { message: this.message, ...(this.errors && { errors: this.errors }), ...documentation },
    };
  }
}

export const notFound = () => new ApiError(404, "Not Found");
export const invalid = (message: string, ...errors: unknown[]) =>
  new ApiError(422, message, errors.length > 0 ? errors : undefined);
export const forbidden = () => new ApiError(403, "Resource not accessible by integration");

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const nothing = (): Reply => ({ status: 204 });

export function found<T>(value: T | undefined): T {
  if (value === undefined) throw notFound();
  return value;
}

/** One page of a list, with GitHub's `Link` header. `wrap` puts it into an object beside `total_count`. */
export function page(call: Call, items: readonly unknown[], wrap?: string): Reply {
  const size = Math.min(Number(call.query["per_page"] ?? 30) || 30, 100);
  const at = Math.max(Number(call.query["page"] ?? 1) || 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const shown = items.slice((at - 1) * size, at * size);
  const link = (number: number, rel: string) => {
    const query = new URLSearchParams({ ...call.query, page: String(number) }).toString();
    return `<${call.world.url}${encodeURI(call.path)}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(at > 1 ? [link(at - 1, "prev"), link(1, "first")] : []),
    ...(at < last ? [link(at + 1, "next"), link(last, "last")] : []),
  ];
  return {
    status: 200,
    body: wrap === undefined ? shown : { total_count: items.length, [wrap]: shown },
    ...(links.length > 0 && { headers: { link: links.join(", ") } }),
  };
}
