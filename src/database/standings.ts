import type { SQLInputValue } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { Repository } from "../domain/repository.ts";
import { Standing } from "../domain/standing.ts";
import type { Connections, Row, Sql } from "./connection.ts";
import type { Store, Tx } from "./store.ts";

const Body = z.object({ id: z.int(), body: z.string() });
const columns = "id, installation, owner, name";

type Marking = { status: Standing["status"]; at: number };

export function standingsIn(sql: Sql): Pick<Tx, "standing" | "saveStanding"> {
  return {
    async standing(repository) {
      const row = sql.get("select id, body from standings where id = :repository", { repository });
      return row && parse(row);
    },
    async saveStanding(standing) {
      const { repository, status } = standing;
      sql.run(
        `insert into standings (${columns}, status, body) values (:id, :installation, :owner, :name, :status, :body)
         on conflict (id) do update set installation = excluded.installation, owner = excluded.owner,
           name = excluded.name, status = excluded.status, body = excluded.body`,
        { ...repository, status, body: JSON.stringify(standing) },
      );
    },
  };
}

type Reading = Pick<Store, "standing" | "standingByName" | "standings" | "activeRepositories">;

export function standingsFrom(sql: Sql): Reading {
  return {
    standing: standingsIn(sql).standing,
    async standingByName(owner, name) {
      const row = sql.get(
        `select id, body from standings where owner = :owner and name = :name
         order by status = 'active' desc, id desc limit 1`,
        { owner, name },
      );
      return row && parse(row);
    },
    async activeRepositories() {
      return sql
        .all(`select ${columns} from standings where status = 'active' order by id`)
        .map((row) => Repository.parse({ ...row }));
    },
    async standings(filter = {}) {
      const wanted = Object.keys(filter).map((column) => `${column} = :${column}`);
      return sql
        .all(`select id, body from standings where ${["true", ...wanted].join(" and ")} order by id`, filter)
        .map(parse);
    },
  };
}

/** What webhooks say about installations. Bodies are changed in place: also those that this version cannot read. */
export function marksOn({ read, write }: Connections): Pick<Store, "markInstallation" | "markRepository" | "remember"> {
  return {
    markInstallation: (installation, status, at) =>
      write((sql) => {
        sql.run(
          status === "active"
            ? "delete from suspended where installation = :installation"
            : "insert into suspended values (:installation) on conflict do nothing",
          { installation },
        );
        return mark(sql, `installation = :installation and ${before[status]}`, { installation }, { status, at });
      }),
    markRepository: (repository, status, at) =>
      write((sql) => mark(sql, "id = :repository", { repository }, { status, at })[0]),
    async remember(repository) {
      // Most webhooks tell nothing new about their repository, and then need no turn to write.
      const known = read.get(`select ${columns} from standings where id = :id and status = 'active'`, {
        id: repository.id,
      });
      if (!known || !isDeepStrictEqual(Repository.parse({ ...known }), Repository.parse(repository)))
        await write((sql) => remember(sql, repository));
    },
  };
}

/** What a mark of the whole installation applies to: a repository that was taken away does not come back with it. */
const before: { [S in Standing["status"]]: string } = {
  active: "status = 'suspended'",
  suspended: "status = 'active'",
  removed: "status <> 'removed'",
};

function mark(sql: Sql, where: string, which: Record<string, SQLInputValue>, { status, at }: Marking): Repository[] {
  const body =
    status === "removed"
      ? "json_set(body, '$.status', :status, '$.removedAt', coalesce(json_extract(body, '$.removedAt'), cast(:at as integer)))"
      : "json_set(json_remove(body, '$.removedAt'), '$.status', :status)";
  const marked = sql
    .all(`update standings set status = :status, body = ${body} where ${where} returning ${columns}`, {
      ...which,
      status,
      ...(status === "removed" && { at }),
    })
    .map((row) => Repository.parse({ ...row }));
  for (const { id } of marked) dropTasks(sql, id, status);
  return marked;
}

/**
 * Of a repository that was removed: nobody may do them any more, and whoever installs the App again gets everything looked
 * at. Of one that is back: to forget it, where that is being done just now; what is dropped there has lost its lease.
 */
function dropTasks(sql: Sql, repository: number, status: Standing["status"]): void {
  const which = {
    active: "kind = 'forget' and leased_until is not null",
    suspended: "false",
    removed: "kind <> 'forget'",
  }[status];
  sql.run(`delete from tasks where repository = :repository and ${which}`, { repository });
}

function remember(sql: Sql, repository: Repository): void {
  const values = { ...repository, repository: JSON.stringify(repository) };
  sql.run(
    `insert into standings (${columns}, status, body)
     values (:id, :installation, :owner, :name, 'active', json_object('repository', json(:repository), 'status', 'active'))
     on conflict (id) do update set installation = excluded.installation, owner = excluded.owner, name = excluded.name,
       status = 'active',
       body = json_set(json_remove(body, '$.removedAt'), '$.status', 'active', '$.repository', json(:repository))`,
    values,
  );
  const { id, installation } = repository;
  dropTasks(sql, id, "active");
  const moved = { id, repository: values.repository };
  sql.run(
    `update tasks set installation = :installation, body = json_set(body, '$.repository', json(:repository))
     where repository = :id and json_extract(body, '$.repository') <> json(:repository)`,
    { ...moved, installation },
  );
  sql.run(
    `update incidents set installation = :installation, body = json_set(body, '$.signal.repository', json(:repository))
     where repository = :id and json_extract(body, '$.signal.repository') <> json(:repository)`,
    { ...moved, installation },
  );
  sql.run(
    `update gates set body = json_set(body, '$.repository', json(:repository))
     where repository = :id and json_extract(body, '$.repository') <> json(:repository)`,
    moved,
  );
}

function parse(row: Row): Standing {
  const { id, body } = Body.parse(row);
  const parsed = Standing.safeParse(JSON.parse(body));
  if (!parsed.success) throw new Error(`this version cannot read how repository ${id} stands`, { cause: parsed.error });
  return parsed.data;
}
