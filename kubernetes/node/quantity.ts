const SUFFIXES: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A resource quantity (`500m`, `1Gi`, `2e3`) as a number. Throws RangeError for what is none. */
export function quantityOf(text: string): number {
  const [, digits = "", suffix = ""] = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  const factor = SUFFIXES[suffix];
  const number = Number(digits);
  if (digits !== "" && factor !== undefined && !Number.isNaN(number)) return number * factor;
  throw new RangeError(`"${text}" is no quantity; Kubernetes writes them as 500m, 1Gi or 2.`);
}
