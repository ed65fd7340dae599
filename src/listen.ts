import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "./domain/log.ts";

/** Takes a request, or gives false for one that is not its own. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export type Listening = {
  /** Base URL, with the port that was free where 0 was asked for. */
  url: string;
  /** Resolves when the requests under way are answered. */
  close(): Promise<void>;
};

type Address = { host: string; port: number };

/** An HTTP server that asks each handler in turn, and answers 404 where none of them takes a request. */
export async function listen(
  { host, port }: Address,
  { handlers, log }: { handlers: readonly Handler[]; log: Log },
): Promise<Listening> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    answer(request, response, handlers).catch((error: unknown) => {
      log.warn({ err: error }, "request failed");
      if (!response.headersSent) response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server, host), close: () => closed(server) };
}

async function answer(request: IncomingMessage, response: ServerResponse, handlers: readonly Handler[]): Promise<void> {
  for (const handle of handlers) if (await handle(request, response)) return;
  response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("not found\n");
}

function urlOf(server: Server, host: string): string {
  // A listening TCP server's address is an object, never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
