import { rulesOf } from "./log-rule.ts";
import type { LogRule } from "./log-rule.ts";

/** A program that the system or its own checks stopped. */
export const crashRules: readonly LogRule[] = [
  ...rulesOf("runtime-code", {
    crash: {
      cues: "segmentation fault|sigsegv|core dumped|sigabrt|addresssanitizer|threadsanitizer|undefinedbehavior|leaksanitizer|memorysanitizer|aborted|assertion|terminate called|illegal instruction|access violation|bus error|fatal python|runtime error: |llvm error",
      pattern:
        /\b[Ss]egmentation fault\b|\bSIG(?:SEGV|ABRT|BUS|ILL)\b|\(core dumped\)|ERROR: (?:Address|Leak)Sanitizer|WARNING: (?:Thread|Memory)Sanitizer|^\S{1,300}:\d{1,7}:\d{1,5}: runtime error: |\bAssertion [`'"(].{0,400} failed|^terminate called |Illegal instruction|Access violation|^Fatal Python error: |^LLVM ERROR: |^SUMMARY: \w+Sanitizer: |device-side assert triggered/,
      yes: "./run: line 3: 4711 Segmentation fault      (core dumped) ./app",
      no: "sanitizers are on",
    },
  }),
];

/** Migrations, settings, and programs that fail while they run. */
export const programRules: readonly LogRule[] = [
  ...rulesOf("migration", {
    alembic: {
      cues: "alembic|multiple head revisions|can't locate revision|target database is not up to date",
      pattern:
        /alembic\.(?:util\.exc|script)\S{0,40}: |Multiple head revisions are present|Can't locate revision identified by|Target database is not up to date/,
      yes: "alembic.util.exc.CommandError: Multiple head revisions are present for given argument 'head'",
      no: "INFO  [alembic.runtime.migration] Running upgrade",
    },
    django: {
      cues: "migration|makemigrations|inconsistentmigrationhistory",
      pattern:
        /^CommandError: (?:Conflicting migrations|.{0,80}migration)|\b(?:InconsistentMigrationHistory|NodeNotFoundError|MigrationSchemaMissing|IrreversibleError|CircularDependencyError)\b|[Yy]our models .{0,40}have changes that are not yet reflected in a migration/,
      yes: "django.db.migrations.exceptions.InconsistentMigrationHistory: Migration a.0002 is applied before",
      no: "running migrations",
    },
    "flyway-liquibase": {
      cues: "flyway|liquibase|migration",
      pattern:
        /\bFlyway\w*Exception\b|Migration .{1,200}\.sql failed|Validate failed: Migrations have failed|Migration checksum mismatch|\bliquibase\.exception\.\w+|Found more than one migration with version/,
      yes: "Migration V2__add_total.sql failed",
      no: "flyway is up to date",
    },
    "rails-prisma-others": {
      cues: "migration|p30|schema_migrations|drizzle|knex|standarderror: an error has occurred",
      pattern:
        /ActiveRecord::(?:PendingMigrationError|DuplicateMigration\w*Error|IrreversibleMigration)|Migrations are pending|^Error: P3\d{3}\b|\bP30(?:05|06|09|18|19)\b|An error has occurred, (?:this and )?all later migrations canceled|migration (?:file )?"?\S{1,200}"? failed|QueryFailedError: .{0,200}migration|Dirty database version \d/i,
      yes: "ActiveRecord::PendingMigrationError: Migrations are pending.",
      no: "creates a migration",
    },
    "sql-schema": {
      cues: "relation |no such table|no such column|column |table ",
      pattern:
        /\b(?:UndefinedTable|UndefinedColumn|DuplicateTable|DuplicateColumn)\b|ERROR: {1,2}(?:relation|column|type) "\S{1,200}" (?:does not exist|already exists|of relation)|\bno such (?:table|column): |Table '\S{1,200}' (?:doesn't exist|already exists)/,
      yes: 'psycopg2.errors.UndefinedTable: relation "orders" does not exist',
      no: "relation between orders",
    },
  }),
  ...rulesOf("config-env", {
    "env-variable": {
      cues: "environment variable|keyerror: '|env var|envvar|missing required env|is not set|unbound variable|must be set|immutable",
      pattern:
        /\b[Ee]nvironment variables?:? [`'"]?[A-Z_][\w, `'"]{0,100} (?:is|are|was|not|must|is not|needs)\b|\b(?:[Mm]issing|[Uu]ndefined|[Nn]o|[Rr]equired|[Uu]nset)\b.{0,30} (?:environment variable|env var)|^KeyError: '[A-Z][A-Z0-9_]{2,80}'$|: unbound variable$|\b[A-Z][A-Z0-9_]{2,80} (?:is not set|must be set|is required but|environment variable)|parameter (?:null or )?not set$|envconfig: required key/,
      yes: "Error: Missing required environment variable: DATABASE_URL",
      no: "KeyError: 'total'",
    },
    "command-not-found": {
      cues: "not found|is not recognized|executable file not found|no such command|enoent",
      pattern:
        /: (?:command )?not found$|: command not found\b|is not recognized as (?:an internal|the name of a cmdlet|a name of)|executable file not found in|^env: .{1,100}: No such file or directory$|\bspawn \S{1,200} ENOENT\b|^exec: ".{1,200}": |[Uu]nable to find executable|^error: no such (?:sub)?command/,
      yes: "/bin/sh: 1: jq: not found",
      no: "404: page not found in cache",
    },
    "config-file": {
      cues: "config|yaml|json|toml|unsupported class|unsupported engine|java_home|sdk|xcode-select|invalid option|unrecognized|unknown option|no such option",
      pattern:
        /\b(?:[Ii]nvalid|[Mm]issing|[Cc]ould not (?:find|load|read|parse)|[Cc]annot (?:find|load|read|parse)|[Ee]rror (?:in|parsing|reading|loading)|[Ff]ailed to (?:load|parse|read)) .{0,80}\b(?:config(?:uration)?(?: file)?|settings)\b|yaml\.(?:scanner|parser)\.\w+Error|\b(?:YAMLException|YAMLParseError|TOMLDecodeError|JSONDecodeError)\b|\bJAVA_HOME is (?:not set|set to an invalid)|SDK location not found|UnsupportedClassVersionError|^\S{1,60}: error: (?:unrecognized arguments|the following arguments are required|argument )|[Uu]nknown option:? |error: unknown option|[Uu]nrecognized (?:command line )?option/,
      yes: "error: unknown option '--colour'",
      no: "reads the configuration",
    },
    "python-env-key": {
      cues: "improperlyconfigured|validationerror",
      pattern:
        /\bImproperlyConfigured: |pydantic\S{0,40}\.ValidationError: \d{1,4} validation errors? for \w*(?:Settings|Config)/,
      yes: "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty",
      no: "ValidationError: total",
    },
  }),
  ...rulesOf("runtime-code", {
    "java-cause": {
      cues: "caused by: ",
      pattern: /^\s*(?:\[ERROR\] )?Caused by: [\w$.]{1,300}/,
      yes: "Caused by: java.lang.NullPointerException: total",
      no: "it was caused by: me",
    },
    panic: {
      cues: "panic: |panicked at |fatal error: |unhandled exception",
      pattern:
        /^(?:panic: |fatal error: (?:all goroutines|concurrent map|stack overflow|unexpected signal)|Unhandled exception)|\bpanicked at /i,
      yes: "panic: runtime error: index out of range [3] with length 3",
      no: "don't panic: it works",
    },
    "python-error": {
      cues: "error|exception|interrupt|systemexit|warning: |exit: ",
      pattern:
        /^(?!\S{0,100}(?:CalledProcessError|ChildFailedError|ProcessExitedException)|.{0,600}(?:non-zero exit|exit(?:ed)? (?:with )?(?:error )?(?:code|status)|failed!$))(?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception|Interrupt|Failure|Exit|Refused|Timeout|NotFound|Unsupported)(?:\[[^\]]{1,60}\])?(?:: |:$|$)/,
      yes: "ValueError: bad total",
      no: "RuntimeError: test_cart failed!",
    },
    "javascript-error": {
      cues: "error",
      pattern:
        /^(?!.{0,600}(?:non-zero exit|exit(?:ed)? (?:with )?(?:error )?(?:code|status)|failed!$))\s*(?:\[cause\]: )?(?:Uncaught |Unhandled )?(?:\w+ )?\[?(?:[A-Z]\w{0,60})?Error(?: \[\w{1,60}\])?: \S|triggerUncaughtException|UnhandledPromiseRejection|unhandledRejection/,
      yes: '  TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string',
      no: "0 Errors: none",
    },
    "java-exception": {
      cues: "exception|error",
      pattern:
        /^(?:Exception in thread ".{1,200}" |Uncaught exception: )?(?:[a-z]\w{0,60}\.){2,10}[A-Z][\w$]{0,100}(?:Exception|Error)\b/,
      take: "first",
      yes: 'Exception in thread "main" java.lang.IllegalStateException: closed',
      no: "at java.lang.Thread.run",
    },
    // The program that ran the one that failed: what that one said is better.
    "python-wrapper": {
      cues: "error|exception",
      pattern: /^(?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,80}(?:Error|Exception): /,
      yes: "subprocess.CalledProcessError: Command '['make']' returned non-zero exit status 2.",
      no: "an error: no",
    },
    "ruby-php-dotnet": {
      cues: "fatal error|unhandled exception|(runtimeerror)|error)|** (",
      pattern:
        /PHP Fatal error: |^\S{1,300}\.rb:\d{1,7}:in .{1,200}\((?:\w+::){0,5}\w*Error\)|^\*\* \(\w{1,80}(?:Error|exit|throw)\b|^rake aborted!|^Error in .{1,200} :/,
      yes: "app.rb:3:in `total': undefined method `+' for nil (NoMethodError)",
      no: "** (note)",
    },
    traceback: {
      cues: "traceback (most recent",
      pattern: /Traceback \(most recent call last\):?$/,
      yes: "Traceback (most recent call last):",
      no: "a Traceback (short)",
    },
  }),
];

/** Exit codes that tell how a process ended, where nothing else does. A shell reports signal N as 128 + N. */
export const exitRules: readonly LogRule[] = [
  ...rulesOf("timeout", {
    "exit-124": {
      cues: "124",
      pattern: /\b[Ee]xit(?:ed with)? (?:code|status):? 124\b/,
      yes: "Process completed with exit code 124.",
      no: "exit code 1245",
    },
  }),
  ...rulesOf("oom", {
    "exit-137": {
      cues: "137",
      pattern: /\b[Ee]xit(?:ed with)? (?:code|status):? 137\b/,
      yes: "Process completed with exit code 137.",
      no: "exit code 1",
    },
  }),
  ...rulesOf("cancelled", {
    "exit-143": {
      cues: "143|130",
      pattern: /\b[Ee]xit(?:ed with)? (?:code|status):? (?:143|130)\b/,
      yes: "Process completed with exit code 143.",
      no: "exit code 1",
    },
  }),
];

/** What is left: words. The runner's own mark on a line is a better sign than these. */
export const weakRules: readonly LogRule[] = [
  ...rulesOf("unknown", {
    "error-label": {
      cues: "error|fatal|failed",
      pattern: /^(?:\[?(?:ERROR|FATAL|error|fatal|Error|FAILED|Failed|CRITICAL)\]?)(?::| -|\s{1,4}\[|\]|\s{2,}) ?\S/,
      yes: "ERROR: the coverage is below 80%",
      no: "errors were ignored",
    },
    "error-word": {
      cues: "error:|fatal|failed to|cannot |could not|unable to",
      pattern:
        /(?:^|\s)(?:error|fatal(?: error)?|ERROR|FATAL)(?:\[\w{1,40}\])?:|\b(?:[Ff]ailed to|[Uu]nable to|[Cc]ould not|[Cc]annot) \w/,
      yes: "deploy: could not upload the bundle",
      no: "all good, no trouble",
    },
    "failed-word": {
      cues: "error|fail|exception|abort",
      pattern: /(?<!\b(?:no|0|without|any) )\b(?:errors?|fail(?:ed|ures?|s)?|exceptions?|aborted)\b(?! ?[:=]? ?0\b)/i,
      yes: "the deployment has failed",
      no: "no errors found",
    },
  }),
];
