import { setFlagsFromString } from "node:v8";

/** By so much of what is alive the heap grows before garbage is collected; V8's own measure is up to four times a small heap. */
const GROWTH_PERCENT = 30;

/**
 * Has V8 keep the heap of this process close to what is alive. Until the returned function is called, the space for what was just
 * made does not grow either: what is made once, at a start, would leave it large for good.
 */
export function keepHeapSmall(): () => void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString("--semi-space-growth-factor=1");
  return () => setFlagsFromString("--semi-space-growth-factor=2");
}
