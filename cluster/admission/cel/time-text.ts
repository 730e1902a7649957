const NANOSECONDS = 1_000_000_000n;

/** As the library has a duration: the sum of both. */
export interface CelDuration {
  seconds: bigint;
  nanos: number;
}

/** Seconds, with no more decimals than it takes. */
export function durationText({ seconds, nanos }: CelDuration): string {
  const total = seconds * NANOSECONDS + BigInt(nanos);
  const size = total < 0n ? -total : total;
  const decimals = String(size % NANOSECONDS)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${total < 0n ? "-" : ""}${size / NANOSECONDS}${decimals === "" ? "" : `.${decimals}`}s`;
}

/** RFC 3339, with no more decimals than it takes. */
export function timestampText(time: Date): string {
  return time
    .toISOString()
    .replace(/(\.[0-9]*?)0+Z$/, "$1Z")
    .replace(".Z", "Z");
}
