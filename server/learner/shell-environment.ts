import type { SessionResource } from "../../workshop/common/session.js";
import type { Tokens } from "../auth/tokens.js";
import { learnerPath } from "./tool-folder.js";
import type { Tools } from "./tool-folder.js";

export interface ShellEnvironmentParts {
  tools: Tools;
  tokens: Tokens;
  /** Where a shell reaches the server. */
  url: () => string;
}

/** The variables of a learner's shell besides those that name its home and namespace. */
export function shellEnvironment({
  tools,
  tokens,
  url,
}: ShellEnvironmentParts): (session: SessionResource) => Record<string, string> {
  return (session) => ({
    PATH: learnerPath(tools),
    // Without it typed letters beyond ASCII are mangled.
    LANG: "C.UTF-8",
    LECTERN_URL: url(),
    LECTERN_TOKEN: tokens.forShell(subjectOf(session)),
  });
}

/** What the session's tokens are bound to. */
export function subjectOf({ metadata }: SessionResource): { id: string; createdAt: string } {
  return { id: metadata.name, createdAt: new Date(metadata.creationTimestamp ?? 0).toISOString() };
}
