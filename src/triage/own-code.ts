import type { Frame } from "../domain/signal.ts";
import { isVendor } from "./frames.ts";

/** Whether a frame is the application's own code. The sender knows better than the path. */
export function isOwn(frame: Frame): boolean {
  return frame.inApp ?? !isVendor(frame);
}
