import { Signal } from "../../src/domain/signal.ts";

/** A machine's report of an error, with the patch's values in place of its own. */
export function signal(patch: Partial<Signal> = {}): Signal {
  return Signal.parse({
    origin: { kind: "dispatch" },
    repository: { id: 1, installation: 2, owner: "octo", name: "cart" },
    title: "TypeError: total of 3 items is not a number",
    errorType: "TypeError",
    message: "TypeError: total of 3 items is not a number",
    frames: [
      { file: "/srv/app/src/cart.js", line: 12, column: 3, function: "Cart.total" },
      { file: "/srv/app/node_modules/express/lib/router.js", line: 5, function: "next" },
      { file: "/srv/app/src/checkout.js", line: 7, function: "checkout" },
    ],
    trust: "telemetry",
    at: 0,
    ...patch,
  });
}
