import { compareRevisions, valueText } from "../../../policy/common/history-api.js";
import { policySpec } from "../../../policy/common/manifest.js";
import type { PolicyView } from "../../../policy/common/tmc-api.js";
import type { TmcWorld } from "./program.js";
import { TmcError } from "./tmc-error.js";

/** What TMC's API says of a version that is not the last any more. */
const CONFLICT = "FailedPrecondition:";

/**
 * The refusal of an update that somebody else was before, with what they saved beside what was asked for, field by field; any other
 * error as it is.
 */
export async function withBothVersions(
  error: unknown,
  world: TmcWorld,
  { path, spec }: { path: string; spec: unknown },
): Promise<unknown> {
  if (!(error instanceof TmcError) || !error.message.startsWith(CONFLICT)) return error;
  const yours = policySpec.safeParse(spec);
  const theirs = await savedPolicy(world, path);
  if (!yours.success || theirs === undefined) return error;
  const differences = compareRevisions(theirs.spec, yours.data).map(
    ({ path: field, before, after }) => `  ${field}: theirs ${valueText(before)}, yours ${valueText(after)}`,
  );
  return new TmcError(
    [
      error.message,
      ...(differences.length === 0 ? ["  Both versions say the same."] : differences),
      `  Nothing was changed. Put what you keep of theirs into your file, with meta.resourceVersion "${theirs.meta.resourceVersion}"; without one it is written over theirs.`,
    ].join("\n"),
  );
}

/** `undefined` where it cannot be had: then the refusal alone is told. */
async function savedPolicy(world: TmcWorld, path: string): Promise<PolicyView | undefined> {
  try {
    return ((await world.connect().call("GET", path)) as { policy: PolicyView }).policy;
  } catch {
    return undefined;
  }
}
