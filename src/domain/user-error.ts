/** An error whose text is meant for the person who can correct it: it says what is wrong and what to do next. */
export class UserError extends Error {
  override readonly name = "UserError";
}
