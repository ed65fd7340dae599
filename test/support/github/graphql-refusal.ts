import { GraphQLError } from "graphql";

/** A refusal with the `type` that GitHub puts beside the message: `STALE_DATA`, `NOT_FOUND`, `FORBIDDEN`, … */
export class GraphqlRefusal extends GraphQLError {
  constructor(type: string, message: string) {
    super(message, { extensions: { type } });
  }
}
