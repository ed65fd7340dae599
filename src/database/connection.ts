import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { migrate } from "./migrations.ts";

type Values = Record<string, SQLInputValue>;
export type Row = Record<string, SQLOutputValue>;

/** Statements with named parameters (`:name`, passed without the colon). Rows come back unparsed. */
export type Sql = {
  /** Gives the number of rows changed. */
  run(sql: string, values?: Values): number;
  get(sql: string, values?: Values): Row | undefined;
  all(sql: string, values?: Values): Row[];
};

/** One connection that writes, and one that sees only what was committed. */
export type Connections = {
  writer: DatabaseSync;
  read: Sql;
  /** Commits when `work` ends, rolls back when it throws. One at a time, in the order of the calls. */
  write: <T>(work: (sql: Sql) => T | Promise<T>) => Promise<T>;
  close: () => Promise<void>;
};

/** Opens and migrates the database in a directory. The caller holds the directory's lock. */
export function connect(directory: string): Connections {
  const path = join(directory, "self-heal.db");
  const writer = openWriter(path);
  const reader = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  const inTurn = turns();
  return {
    writer,
    read: statements(reader),
    write: transactions(writer, inTurn),
    close: () =>
      inTurn(() => {
        if (!writer.isOpen) return;
        reader.close();
        writer.close();
      }),
  };
}

function openWriter(path: string): DatabaseSync {
  const writer = new DatabaseSync(path, { timeout: 5_000 });
  try {
    // FULL: what was acknowledged survives a power cut, not only a crash. NORMAL lost 339 of 33,776 in a simulated one.
    writer.exec("pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864;");
    migrate(writer);
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
}

function transactions(db: DatabaseSync, inTurn: ReturnType<typeof turns>): Connections["write"] {
  const sql = statements(db);
  return (work) =>
    inTurn(async () => {
      if (!db.isOpen) throw new Error("the store is closed");
      const scope: Scope = {};
      db.exec("begin immediate");
      try {
        const result = await work(scoped(sql, scope));
        if (scope.refusal) throw scope.refusal;
        db.exec("commit");
        return result;
      } catch (error) {
        if (db.isTransaction) db.exec("rollback");
        throw error;
      } finally {
        scope.refusal ??= new Error("the transaction has ended");
      }
    });
}

/** One transaction. `refusal`: why no statement may run in it any more. */
type Scope = { refusal?: Error };

/** A full disk makes SQLite roll back by itself: what ran after that would be committed statement by statement. */
function scoped(sql: Sql, scope: Scope): Sql {
  const guarded = <T>(statement: () => T): T => {
    if (scope.refusal) throw scope.refusal;
    try {
      return statement();
    } catch (error) {
      scope.refusal = new Error("a statement of the transaction failed", { cause: error });
      throw error;
    }
  };
  return {
    run: (text, values) => guarded(() => sql.run(text, values)),
    get: (text, values) => guarded(() => sql.get(text, values)),
    all: (text, values) => guarded(() => sql.all(text, values)),
  };
}

/** Each statement is prepared once. */
export function statements(db: DatabaseSync): Sql {
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (!db.isOpen) throw new Error("the store is closed");
    if (known) return known;
    const statement = db.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return {
    run: (sql, values = {}) => Number(prepare(sql).run(values).changes),
    get: (sql, values = {}) => prepare(sql).get(values),
    all: (sql, values = {}) => prepare(sql).all(values),
  };
}

/**
 * Runs what it is given one after the other; a failure does not stop the next. Before each, the event loop turns once:
 * SQLite answers without waiting, so a loop over transactions would otherwise keep every request and timer waiting.
 */
function turns(): <T>(work: () => T | Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(() => setImmediate()).then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
