import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Store } from "../database/store.ts";
import { policySchema } from "../governance/policy-schema.ts";
import { json } from "./json.ts";

type Options = {
  store: Pick<Store, "standingByName" | "gate">;
  /** SELF_HEAL_API_TOKEN. Absent: nothing but the public schema is answered. */
  token?: string;
};

/** Answers the API's routes; false for any other request. */
export type Api = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const gatePath = /^\/api\/v1\/pulls\/([\w.-]{1,100})\/([\w.-]{1,100})\/([1-9]\d{0,9})\/gate$/;

/**
 * What other programs may read: the policy's JSON Schema, which is public, and the gate of a pull request, which names
 * people and files of private repositories and so takes a token.
 */
export function createApi(options: Options): Api {
  const schema = policySchema();
  return async (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    if (path === "/self-heal.schema.json") return json(response, 200, schema);
    const [, owner, name, number] = gatePath.exec(path) ?? [];
    if (owner === undefined || name === undefined) return false;
    const refusal = refuse(request, options);
    if (refusal) return json(response, refusal.status, { error: refusal.error });
    return gate(response, { owner, name, number: Number(number) }, options);
  };
}

type Pull = { owner: string; name: string; number: number };

async function gate(response: ServerResponse, { owner, name, number }: Pull, { store }: Options): Promise<true> {
  const standing = await store.standingByName(owner, name);
  const record = standing && (await store.gate(standing.repository.id, number));
  if (!record)
    return json(response, 404, { error: `no gate was decided for ${owner}/${name}#${number}; it judges fixes only` });
  const { decision, snapshot, policy, at, open } = record;
  return json(response, 200, { repository: `${owner}/${name}`, number, open, at, policy, ...decision, snapshot });
}

function refuse({ headers }: IncomingMessage, { token }: Options): { status: 401 | 403; error: string } | undefined {
  if (token === undefined) return { status: 403, error: "the API is off; set SELF_HEAL_API_TOKEN and start again" };
  const given = /^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1];
  // Hashes have one length, so the comparison takes the same time whatever was sent.
  if (given !== undefined && timingSafeEqual(hash(given), hash(token))) return undefined;
  return { status: 401, error: "send the header Authorization: Bearer <SELF_HEAL_API_TOKEN>" };
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
