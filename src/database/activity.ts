import * as z from "zod";
import { Activity, PastFix, Storm } from "../domain/activity.ts";
import { stormWindowMs, usualWindowMs } from "../domain/storm.ts";
import type { Sql } from "./connection.ts";
import { jsonOf } from "./leases.ts";
import type { Store, Tx } from "./store.ts";

const [hour, day] = [3_600_000, 86_400_000];
/** As many as a policy may ask for. */
const maxFixes = 100;

// One subquery per count: each is answered from its own index, without reading incidents' bodies.
const counts = `select
  (select count(*) from incidents where repository = :repository and opened_at > :hourAgo) as incidentsLastHour,
  (select count(*) from incidents where repository = :repository and opened_at > :dayAgo) as incidentsLastDay,
  (select count(*) from incidents where repository = :repository
     and pull is not null and phase not in ('watching', 'reverting', 'closed')) as openPulls,
  (select count(*) from pulls where repository = :repository and at > :hourAgo) as pullsLastHour,
  (select count(*) from pulls where repository = :repository and at > :dayAgo) as pullsLastDay,
  (select count(*) from pulls where installation = :installation and at > :hourAgo) as installationPullsLastHour,
  (select count(*) from starts where repository = :repository and fingerprint = :fingerprint and at > :weekAgo)
    as attemptsAtThis,
  (select max(at) from starts where repository = :repository and fingerprint = :fingerprint) as lastAttemptAt,
  (select at from starts where repository = :repository and fingerprint <> :fingerprint order by at desc limit 1)
    as otherAttemptAt,
  (select coalesce(sum(usd), 0) from ledger where repository = :repository and at >= :midnight) as usdToday,
  (select coalesce(sum(usd), 0) from ledger where installation = :installation and at >= :midnight)
    as installationUsdToday,
  (select json_extract(body, '$.storm') from standings where id = :repository) as storm`;

const Counted = Activity.omit({ fixes: true }).extend({
  lastAttemptAt: z.int().nullable(),
  otherAttemptAt: z.int().nullable(),
  storm: jsonOf(Storm).nullable(),
});

/** What has been going on, counted when somebody asks. */
export function activityFrom(sql: Sql): Pick<Store, "activity"> {
  return {
    async activity({ id: repository, installation }, fingerprint, now) {
      const row = sql.get(counts, {
        repository,
        installation,
        fingerprint,
        hourAgo: now - hour,
        dayAgo: now - day,
        weekAgo: now - 7 * day,
        midnight: Math.floor(now / day) * day,
      });
      const { lastAttemptAt, otherAttemptAt, storm, ...counted } = Counted.parse(row);
      const fixes = sql.all(
        "select at, kind as end from ends where repository = :repository order by at desc limit :maxFixes",
        { repository, maxFixes },
      );
      return {
        ...counted,
        ...(lastAttemptAt !== null && { lastAttemptAt }),
        ...(otherAttemptAt !== null && { otherAttemptAt }),
        ...(storm && { storm }),
        fixes: fixes.map((fix) => PastFix.parse({ ...fix })),
      };
    },
  };
}

/** New failures that machines reported: a person may label as many issues as they like. */
const openings = `
  select coalesce(sum(opened_at > :lately), 0) as lately, count(*) as usually from incidents
  where repository = :repository and opened_at > :usually and origin not in ('issue', 'local', 'storm')`;

export function openingsIn(sql: Sql): Pick<Tx, "openings"> {
  return {
    async openings(repository, now) {
      const row = sql.get(openings, { repository, lately: now - stormWindowMs, usually: now - usualWindowMs });
      return z.object({ lately: z.int(), usually: z.int() }).parse(row);
    },
  };
}
