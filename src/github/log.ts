/** The part of a pino logger that calls to GitHub need. */
export type Log = {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
};
