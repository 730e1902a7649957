import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Loaded before the product in each of its processes and threads: the time of day is the machine's and what the file says. */
const MODULE = (file: string): string => `
import { readFileSync } from "node:fs";
const Real = Date;
let ms = 0;
const look = () => { ms = Number(readFileSync(${JSON.stringify(file)}, "utf8")); };
look();
setInterval(look, 20).unref();
const now = () => Real.now() + ms;
globalThis.Date = new Proxy(Real, {
  construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
  apply: () => new Real(now()).toString(),
  get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
});
`;

/** A clock of day of its own for a server and all its processes, which the test sets; the clock that nobody sets goes on. */
export function jumpingClock(folder: string): { env: Record<string, string>; set(ms: number): void } {
  const [file, module] = [join(folder, "clock-ms"), join(folder, "clock.mjs")];
  const set = (ms: number): void => writeFileSync(file, String(ms));
  set(0);
  writeFileSync(module, MODULE(file));
  return { env: { NODE_OPTIONS: `--import ${pathToFileURL(module).href}` }, set };
}
