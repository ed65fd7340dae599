import * as z from "zod";
import { Outcome } from "../domain/decision.ts";
import { Repository } from "../domain/repository.ts";
import { GateRecord } from "../domain/standing.ts";
import type { Row, Sql } from "./connection.ts";
import type { Store, Tx } from "./store.ts";

const Body = z.object({ repository: z.int(), number: z.int(), body: z.string() });
const Open = z.object({ ...Repository.shape, number: z.int(), decision: Outcome });

export function gatesIn(sql: Sql): Pick<Tx, "gate" | "saveGate"> {
  return {
    async gate(repository, number) {
      const row = sql.get(
        "select repository, number, body from gates where repository = :repository and number = :number",
        { repository, number },
      );
      return row && parse(row);
    },
    async saveGate(gate) {
      const { repository, number, open, decision, head, incident, at } = gate;
      sql.run(
        `insert into gates (repository, number, open, decision, head, incident, at, body)
         values (:repository, :number, :open, :decision, :head, :incident, :at, :body)
         on conflict (repository, number) do update set open = excluded.open, decision = excluded.decision,
           head = excluded.head, incident = excluded.incident, at = excluded.at, body = excluded.body`,
        {
          repository: repository.id,
          number,
          open: Number(open),
          decision: decision.decision,
          head,
          incident: incident ?? null,
          at,
          body: JSON.stringify(gate),
        },
      );
    },
  };
}

export function gatesFrom(sql: Sql): Pick<Store, "gate" | "gates" | "openGates"> {
  return {
    gate: gatesIn(sql).gate,
    async gates({ repository, open, head, fixes, limit }) {
      const where = [
        repository !== undefined && "repository = :repository",
        open !== undefined && (open ? "open" : "not open"),
        head !== undefined && "head = :head",
        fixes !== undefined && `incident is ${fixes ? "not null" : "null"}`,
      ].filter((condition) => condition !== false);
      return sql
        .all(
          `select repository, number, body from gates where ${["true", ...where].join(" and ")}
           order by at desc, repository desc, number desc limit :limit`,
          { ...(repository !== undefined && { repository }), ...(head !== undefined && { head }), limit },
        )
        .map(parse);
    },
    async openGates(filter = {}) {
      const columns = { installation: "s.installation", repository: "g.repository", head: "g.head" };
      const wanted = Object.entries(columns).flatMap(([key, column]) => (key in filter ? [`${column} = :${key}`] : []));
      return sql
        .all(
          `select s.id, s.installation, s.owner, s.name, g.number, g.decision
           from gates g join standings s on s.id = g.repository
           where ${["g.open and s.status = 'active'", ...wanted].join(" and ")} order by g.at, g.repository, g.number`,
          filter,
        )
        .map((row) => {
          const { number, decision, ...repository } = Open.parse(row);
          return { repository, number, decision };
        });
    },
  };
}

function parse(row: Row): GateRecord {
  const { repository, number, body } = Body.parse(row);
  const parsed = GateRecord.safeParse(JSON.parse(body));
  if (!parsed.success)
    throw new Error(`this version cannot read the gate of pull request ${number} in repository ${repository}`, {
      cause: parsed.error,
    });
  return parsed.data;
}
