import { linkRevisionOf } from "../../workshop/common/session.js";
import type { SessionResource } from "../../workshop/common/session.js";
import type { TokenSubject, Tokens } from "../auth/tokens.js";

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
export function subjectOf({ metadata, spec }: SessionResource): TokenSubject {
  const createdAt = new Date(metadata.creationTimestamp ?? 0).toISOString();
  return { id: metadata.name, createdAt, linkRevision: linkRevisionOf(spec) };
}
