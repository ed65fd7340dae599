import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../domain/user-error.ts";

/**
 * Forward only and append-only: entry n takes the schema from version n to n + 1. Never edit one that was released.
 * Strict tables, because a column that takes anything hides a wrong value until somebody reads it.
 */
const migrations: readonly string[] = [
  `
  -- Inbox. A delivery's body is zstd-compressed.
  create table deliveries (
    seq integer primary key,
    source text not null,
    id text not null,
    event text not null,
    body blob not null,
    received_at integer not null,
    state text not null default 'pending' check (state in ('pending', 'done', 'ignored', 'failed')),
    note text not null default '',
    tries integer not null default 0,
    due_at integer not null,
    leased_until integer,
    unique (source, id)
  ) strict;
  create index deliveries_waiting on deliveries (source, received_at, seq) where state = 'pending';
  create index deliveries_due on deliveries (due_at) where state = 'pending';
  create index deliveries_leased on deliveries (source, leased_until) where leased_until is not null;
  create index deliveries_failed on deliveries (received_at) where state = 'failed';
  create index deliveries_handled on deliveries (received_at) where state <> 'pending';

  -- body is the whole incident as JSON; the columns beside it are what it is found by.
  create table incidents (
    seq integer primary key,
    id text not null unique,
    repository integer not null,
    installation integer not null,
    fingerprint text not null,
    phase text not null,
    pull integer,
    revert integer,
    issue integer,
    head text,
    body text not null
  ) strict;
  create unique index incidents_open on incidents (repository, fingerprint) where phase <> 'closed';
  create index incidents_fingerprint on incidents (repository, fingerprint);
  create index incidents_pull on incidents (repository, pull);
  create index incidents_revert on incidents (repository, revert);
  create index incidents_issue on incidents (repository, issue);
  create index incidents_head on incidents (repository, head);

  -- An event's key is applied at most once.
  create table events (
    seq integer primary key,
    key text not null unique,
    incident text not null references incidents (id) deferrable initially deferred,
    body text not null,
    at integer not null
  ) strict;
  create index events_incident on events (incident, seq);

  -- Outbox and queue in one. autoincrement: a job's id is an event key and must never come back.
  create table jobs (
    id integer primary key autoincrement,
    incident text not null references incidents (id),
    type text not null,
    effect text not null,
    delayed integer not null,
    due_at integer not null,
    attempt integer not null default 0,
    tries integer not null default 0,
    leased_until integer,
    owner text,
    error text,
    broken integer not null default 0
  ) strict;
  create index jobs_due on jobs (due_at, id);
  create index jobs_incident on jobs (incident, type);
  create index jobs_leased on jobs (leased_until) where leased_until is not null;

  create table suspended (installation integer primary key) strict;
  create table health (id integer primary key check (id = 1), checks integer not null) strict;
  insert into health values (1, 0);
  `,
  `
  -- What is to be brought up to date, one row per key. autoincrement: id and attempt name one run, and are event keys.
  create table tasks (
    id integer primary key autoincrement,
    key text not null unique,
    kind text not null,
    repository integer not null,
    installation integer not null,
    body text not null,
    due_at integer not null,
    -- When it is due again: it was wanted while it ran.
    again_at integer,
    attempt integer not null default 0,
    tries integer not null default 0,
    leased_until integer,
    owner text,
    -- Why it was put back. Such a row keeps its due time.
    error text,
    broken integer not null default 0
  ) strict;
  create index tasks_due on tasks (due_at, id) where not broken;
  create index tasks_leased on tasks (leased_until) where leased_until is not null;
  create index tasks_repository on tasks (repository);

  -- How repositories stand. GitHub's names ignore case.
  create table standings (
    id integer primary key,
    installation integer not null,
    owner text not null collate nocase,
    name text not null collate nocase,
    status text not null check (status in ('active', 'suspended', 'removed')),
    body text not null
  ) strict;
  create index standings_installation on standings (installation);
  create index standings_name on standings (owner, name);
  create index standings_status on standings (status);

  -- The gate of each pull request as it was decided last. body is last: what is listed without it is read without it.
  create table gates (
    repository integer not null,
    number integer not null,
    open integer not null,
    decision text not null,
    head text not null,
    incident text,
    at integer not null,
    body text not null,
    primary key (repository, number)
  ) strict;
  create index gates_newest on gates (at);
  create index gates_repository on gates (repository, at);
  create index gates_head on gates (head, at);
  create index gates_open on gates (repository, at) where open;
  create index gates_fixes on gates (repository, at) where incident is not null;
  `,
  `
  -- What is counted before something is started. The counts of before this schema are not known, and count as none.
  alter table incidents add column origin text not null default '';
  alter table incidents add column opened_at integer not null default 0;
  alter table incidents add column closed_at integer;
  update incidents set origin = coalesce(json_extract(body, '$.signal.origin.kind'), ''),
    opened_at = coalesce(json_extract(body, '$.openedAt'), 0),
    closed_at = case when phase = 'closed' then coalesce(json_extract(body, '$.changedAt'), 0) end;
  create index incidents_opened on incidents (repository, opened_at, origin);
  create index incidents_lately on incidents (opened_at);
  create index incidents_ended on incidents (closed_at) where closed_at is not null;
  create index incidents_proposed on incidents (repository)
    where pull is not null and phase not in ('watching', 'reverting', 'closed');

  -- Other names of an incident's failure: fingerprints of other versions, the senders' own ids.
  create table aliases (
    repository integer not null,
    alias text not null,
    incident text not null,
    primary key (repository, alias)
  ) strict, without rowid;

  -- The keys of signals that were counted. Only some signals are in the event log.
  create table seen (key text primary key, repository integer not null, at integer not null) strict, without rowid;
  create index seen_at on seen (at);

  -- What attempts cost.
  create table ledger (
    seq integer primary key,
    incident text not null,
    repository integer not null,
    installation integer not null,
    at integer not null,
    usd real not null,
    tokens integer not null
  ) strict;
  create index ledger_repository on ledger (repository, at, usd);
  create index ledger_installation on ledger (installation, at, usd);

  -- Each time a failure was taken on.
  create table starts (
    seq integer primary key,
    incident text not null,
    repository integer not null,
    fingerprint text not null,
    at integer not null
  ) strict;
  create index starts_failure on starts (repository, fingerprint, at);
  create index starts_repository on starts (repository, at, fingerprint);
  create index starts_at on starts (at, incident);

  -- Fix pull requests, when they were opened.
  create table pulls (
    repository integer not null,
    number integer not null,
    installation integer not null,
    incident text not null,
    at integer not null,
    primary key (repository, number)
  ) strict, without rowid;
  create index pulls_repository on pulls (repository, at);
  create index pulls_installation on pulls (installation, at);

  -- How the fix of an incident ended, last.
  create table ends (
    incident text primary key,
    repository integer not null,
    at integer not null,
    kind text not null
  ) strict, without rowid;
  create index ends_repository on ends (repository, at, kind);

  -- Failures that a storm's incident stands for.
  create table storm_failures (
    incident text not null,
    repository integer not null,
    fingerprint text not null,
    primary key (incident, fingerprint)
  ) strict, without rowid;
  `,
];

/** The schema of a database, and the one that this version works with. */
export function schemaVersion(db: DatabaseSync): { found: number; known: number } {
  const found = Number(db.prepare("pragma user_version").get()?.["user_version"] ?? 0);
  return { found, known: migrations.length };
}

/** Brings a database to the present schema, in one transaction. Throws UserError when it is from a newer version. */
export function migrate(db: DatabaseSync): void {
  const { found: version } = schemaVersion(db);
  if (version > migrations.length)
    throw new UserError(
      `The database has schema ${version}, written by a newer Self-Heal; this one knows schema ${migrations.length}. ` +
        "Start the newer version again, or restore a backup from before the upgrade.",
    );
  if (version === migrations.length) return;
  db.exec("begin immediate");
  try {
    for (const statements of migrations.slice(version)) db.exec(statements);
    db.exec(`pragma user_version = ${migrations.length}`);
    db.exec("commit");
  } catch (error) {
    if (db.isTransaction) db.exec("rollback");
    throw new Error(`cannot migrate the database from schema ${version}`, { cause: error });
  }
}
