/** Variable by which the global set-up tells the suites what is missing. */
export const MISSING = "LECTERN_TEST_WITHOUT";

/** Why a tool could not be had; absent where it is there. */
export type Missing = Partial<
  Record<
    | "kubectl"
    | "chromium"
    | "zsh"
    | "bwrap"
    | "busybox"
    | "postgres"
    | "caddy"
    | "systemd-analyze"
    | "docker-registry"
    | "buildah",
    string
  >
>;

/** Whether a suite must be left out because the machine lacks the tool; the global set-up has said so and why. */
export function isWithout(tool: keyof Missing): boolean {
  return whyMissing(tool) !== undefined;
}

/** What keeps the tool from this machine, as one sentence; `undefined` where it is there. */
export function whyMissing(tool: keyof Missing): string | undefined {
  return (JSON.parse(process.env[MISSING] ?? "{}") as Missing)[tool];
}
