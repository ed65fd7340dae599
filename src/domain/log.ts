type Write = (fields: object, message: string) => void;

/** The part of a pino logger that the rooms use: fields first, a constant sentence last. */
export type Log = { debug: Write; info: Write; warn: Write; error: Write };
