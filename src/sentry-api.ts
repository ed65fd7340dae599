import * as z from "zod";
import { Postponed } from "./domain/postponed.ts";
import type { SentryAccess } from "./sources.ts";

/** What is asked about an issue: enough to know whether it is news. */
const ListedIssue = z.object({
  id: z.string().regex(/^\d{1,30}$/),
  substatus: z.string().nullish(),
  project: z.object({ slug: z.string() }),
});
export type ListedIssue = z.infer<typeof ListedIssue>;

export type SentryApi = {
  /** Unresolved issues seen within half an hour, of one project or (without it) of the whole organisation. */
  recentIssues(project?: string): Promise<ListedIssue[]>;
  /** The newest event of an issue, as Sentry keeps it. */
  latestEvent(issueId: string): Promise<{ eventId: string; event: object }>;
};

const timeoutMs = 10_000;
const maxBytes = 5 * 1024 * 1024;
/** A thousand issues in half an hour are a storm; what is left comes with the next poll. */
const maxPages = 10;

/**
 * Sentry's API, with the token of one organisation. Only the configured host is ever asked: neither a redirect nor an
 * address in an answer is followed. Throws Postponed where Sentry asks to wait or is ill, and Error otherwise.
 */
export function createSentryApi({ url, organization, token }: SentryAccess, now: () => number): SentryApi {
  const ask = async (path: string): Promise<{ json: unknown; next: string | undefined }> => {
    const response = await fetch(`${url}/api/0/${path}`, {
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw new Postponed("Sentry's API cannot be reached", now() + 60_000, { cause: error });
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw refusal(response, now());
    }
    return { json: JSON.parse(await textOf(response)) as unknown, next: nextCursor(response.headers.get("link")) };
  };
  return {
    async recentIssues(project) {
      const base =
        project === undefined ? `organizations/${organization}` : `projects/${organization}/${segment(project)}`;
      const query = new URLSearchParams({ query: "is:unresolved lastSeen:-30m", statsPeriod: "" });
      if (project === undefined) query.set("project", "-1");
      const found: ListedIssue[] = [];
      for (let page = 0; page < maxPages; page += 1) {
        const { json, next } = await ask(`${base}/issues/?${query.toString()}`);
        // An issue of another shape is left out; the others still count.
        for (const one of z.array(z.unknown()).parse(json)) {
          const issue = ListedIssue.safeParse(one);
          if (issue.success) found.push(issue.data);
        }
        if (next === undefined) break;
        query.set("cursor", next);
      }
      return found;
    },
    async latestEvent(issueId) {
      const { json } = await ask(`issues/${segment(issueId)}/events/latest/`);
      const event = z.looseObject({ eventID: z.string().optional(), event_id: z.string().optional() }).parse(json);
      const eventId = event.eventID ?? event.event_id ?? "latest";
      return { eventId: eventId.replaceAll(/[^\w-]/g, "").slice(0, 64), event };
    },
  };
}

function segment(text: string): string {
  return encodeURIComponent(text);
}

function refusal({ status, headers }: Response, now: number): Error {
  if (status !== 429 && status < 500) {
    const remedy = status === 404 ? "check organization and projects" : "check the token and its scope event:read";
    return new Error(`Sentry's API answers ${status}; ${remedy}`);
  }
  const asked = Number(headers.get("retry-after") ?? "60");
  const seconds = Number.isFinite(asked) ? Math.min(Math.max(asked, 1), 3_600) : 60;
  return new Postponed(`Sentry's API answers ${status}`, now + seconds * 1_000);
}

/** Sentry's Link header says of each direction whether there is more: `…; rel="next"; results="true"; cursor="0:100:0"`. */
function nextCursor(link: string | null): string | undefined {
  const next = (link ?? "").split(",").find((part) => part.includes('rel="next"') && part.includes('results="true"'));
  return /cursor="([\w:.-]{1,100})"/.exec(next ?? "")?.[1];
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error("Sentry's answer is larger than 5 MB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
