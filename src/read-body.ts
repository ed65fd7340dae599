import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from "node:zlib";
import type { Answer } from "./intake.ts";

export type Body = { ok: true; bytes: Buffer } | ({ ok: false } & Answer);

/**
 * The bytes of a request's body, never more than `maxBytes`: reading stops there. The bytes are those on the wire; see
 * `decodeBody` for what a `Content-Encoding` says about them.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) return tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch {
    return { ok: false, status: 400, text: "the body ended before it was complete; send it again" };
  }
  return { ok: true, bytes: Buffer.concat(chunks, size) };
}

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const decoders: Readonly<Record<string, Decode>> = {
  gzip: promisify(gunzip) as Decode,
  "x-gzip": promisify(gunzip) as Decode,
  br: promisify(brotliDecompress) as Decode,
  zstd: promisify(zstdDecompress) as Decode,
  // RFC 9110 means zlib's format by it; some senders leave its two bytes out.
  deflate: async (bytes, options) => (isZlib(bytes) ? unzlib : unraw)(bytes, options),
};
const unzlib = promisify(inflate) as Decode;
const unraw = promisify(inflateRaw) as Decode;

/**
 * The body without its `Content-Encoding`, capped alike: a small bomb is stopped when it has grown to `maxBytes`.
 * Signatures are checked over what comes out, because proxies in front may decode a body on its way.
 */
export async function decodeBody(bytes: Buffer, encoding: string | undefined, maxBytes: number): Promise<Body> {
  const name = (encoding ?? "").trim().toLowerCase();
  if (name === "" || name === "identity") return { ok: true, bytes };
  const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (!decode)
    return {
      ok: false,
      status: 415,
      text: "send the body plain, or with one Content-Encoding: gzip, deflate, br or zstd",
    };
  try {
    return { ok: true, bytes: await decode(bytes, { maxOutputLength: maxBytes }) };
  } catch (error) {
    const isBomb = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return isBomb ? tooLarge(maxBytes) : { ok: false, status: 400, text: `the body is not valid ${name}` };
  }
}

function isZlib(bytes: Buffer): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0;
}

function tooLarge(maxBytes: number): Body {
  return { ok: false, status: 413, text: `the body is larger than ${maxBytes / (1024 * 1024)} MB` };
}
