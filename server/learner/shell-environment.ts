import type { SessionResource } from "../../workshop/common/session.js";
import type { Tokens } from "../auth/tokens.js";

export interface ShellEnvironmentParts {
  tokens: Tokens;
  /** Where a shell reaches the server. */
  url: () => string;
}

/** The variables of a learner's shell besides those the session host sets. */
export function shellEnvironment({
  tokens,
  url,
}: ShellEnvironmentParts): (session: SessionResource) => Record<string, string> {
  return (session) => ({
    LECTERN_URL: url(),
    LECTERN_TOKEN: tokens.forShell(subjectOf(session)),
  });
}

/** What the session's tokens are bound to. */
export function subjectOf({ metadata }: SessionResource): { id: string; createdAt: string } {
  return { id: metadata.name, createdAt: new Date(metadata.creationTimestamp ?? 0).toISOString() };
}
