import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Repository } from "../domain/repository.ts";

/** An answer, its body deflated. `portable`: its ETag can be computed for another token than `token`. */
type Kept = { body: Buffer; etag: string; headers: Record<string, string>; token: string; portable: boolean };

/**
 * How much is kept at most. A decision reads about ten things of its own, which deflate to some ten kilobytes, and a sweep
 * goes over all pull requests in turn: where they do not all fit, none of them is known when its turn comes again.
 */
const defaults = { maxEntries: 20_000, maxBytes: 64 * 1024 * 1024 };
/** What an answer that is given again needs beside the body; the rest comes with the "not modified". */
const keptHeaders = ["content-type", "etag", "link"];

type Reader = { repository: Repository; scope: string };

type Conditional = {
  /** A `fetch` for one repository and kind of token, whose GETs ask GitHub only for what has changed. */
  fetchFor(repository: Repository, scope: string): typeof fetch;
  /** How often GitHub said "not modified", by repository id. */
  unchanged(): ReadonlyMap<number, number>;
};

/**
 * Remembers answers to GETs in memory and sends their ETag along the next time: "304 Not Modified" counts against no rate
 * limit (GitHub docs, "Best practices for using the REST API"), and octokit gets the remembered answer. GitHub is asked
 * every time, so nothing old is ever taken for new. Answers are kept per repository id, scope and `accept`.
 */
export function createConditional(send: typeof fetch, limits = defaults): Conditional {
  const kept = createShelf(limits);
  const counts = new Map<number, number>();

  async function conditionally(reader: Reader, url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const { installation, id } = reader.repository;
    const key = `${installation}/${id}/${reader.scope} ${headers.get("accept")} ${url}`;
    const known = kept.get(key);
    if (known) headers.set("if-none-match", etagFor(known, headers));
    const response = await send(url, { ...init, headers: Object.fromEntries(headers) });
    if (response.status === 304 && known) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
      return remembered(known, response);
    }
    if (response.status !== 200) return response;
    const body = await response.text();
    const answer = keepable(body, { response, headers, url });
    if (answer) kept.set(key, answer);
    else kept.delete(key);
    return copy(body, response.headers, response.url);
  }

  return {
    fetchFor: (repository, scope) => async (input, init) => {
      if ((init?.method ?? "GET") !== "GET" || input instanceof Request) return send(input, init);
      return conditionally({ repository, scope }, String(input), init ?? {});
    },
    unchanged: () => new Map(counts),
  };
}

/** What of an answer is remembered; undefined where it must be asked for in full each time. */
function keepable(
  body: string,
  { response, headers, url }: { response: Response; headers: Headers; url: string },
): Kept | undefined {
  const etag = response.headers.get("etag");
  if (!etag || !/\bjson\b/.test(response.headers.get("content-type") ?? "")) return undefined;
  if (isFullLastPage(body, response.headers, url)) return undefined;
  const token = headers.get("authorization") ?? "";
  const portable = bare(etag) === computed(body, headers);
  const kept = Object.fromEntries([...response.headers].filter(([name]) => keptHeaders.includes(name)));
  return { body: deflateRawSync(body), etag, headers: kept, token, portable };
}

/**
 * When another page grows behind a full one, only its `link` header changes: neither its body nor its ETag. A "not
 * modified" would hide the new page.
 */
function isFullLastPage(body: string, headers: Headers, url: string): boolean {
  if (!body.startsWith("[") || /rel="next"/.test(headers.get("link") ?? "")) return false;
  const list: unknown = JSON.parse(body);
  const size = Number(new URL(url).searchParams.get("per_page") ?? 30);
  return Array.isArray(list) && list.length >= size;
}

/**
 * GitHub's ETags differ by token (its support confirms it in eclipse-csi/otterdog#201), and ours change every hour. They
 * were observed to be a hash of `accept`, `authorization` and the body (bored-engineer/github-conditional-http-transport);
 * where an answer's own ETag bears that out, the one for another token is computed. Where it does not, or no longer,
 * this costs a request and nothing else.
 */
function etagFor(known: Kept, headers: Headers): string {
  if (!known.portable || known.token === headers.get("authorization")) return known.etag;
  return `"${computed(bodyOf(known), headers)}"`;
}

function computed(body: string, headers: Headers): string {
  const parts = [headers.get("accept"), headers.get("authorization"), body];
  return createHash("sha256").update(parts.join(":")).digest("hex");
}

function bodyOf({ body }: Kept): string {
  return inflateRawSync(body).toString("utf8");
}

function bare(etag: string): string {
  return etag.replace(/^W\//, "").replaceAll('"', "");
}

/** The remembered answer under the new one's headers: rate limits are as they are now. */
function remembered(known: Kept, { headers, url }: Response): Response {
  const all = new Headers(known.headers);
  for (const [name, value] of headers) if (!name.startsWith("content-")) all.set(name, value);
  return copy(bodyOf(known), all, url);
}

function copy(body: string, headers: Headers, url: string): Response {
  const all = new Headers(headers);
  // The body is not compressed any more, and its length another one.
  for (const name of ["content-encoding", "content-length"]) all.delete(name);
  // A made-up response has no address, and octokit reads it when it turns pages.
  return Object.defineProperty(new Response(body, { status: 200, headers: all }), "url", { value: url });
}

/** The answers that were used last, up to a number and a size. */
function createShelf({ maxEntries, maxBytes }: typeof defaults) {
  const entries = new Map<string, Kept>();
  let bytes = 0;
  function remove(key: string): void {
    bytes -= entries.get(key)?.body.length ?? 0;
    entries.delete(key);
  }
  return {
    get(key: string): Kept | undefined {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    },
    set(key: string, entry: Kept): void {
      remove(key);
      entries.set(key, entry);
      bytes += entry.body.length;
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && bytes <= maxBytes) break;
        remove(oldest);
      }
    },
    delete: remove,
  };
}
