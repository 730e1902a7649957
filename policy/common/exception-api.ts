import type { ExceptionSpec } from "./exception.js";
import type { Meta } from "./tmc-api.js";

/** How it stands with an exception. */
export type ExceptionState = "Requested" | "Granted" | "Denied" | "Expired";

/** An exception of a policy, from the request on. */
export interface ExceptionView {
  /** `workspaceName` where the policy is a workspace's, `orgId` where it is the organization's. */
  fullName: { name: string; workspaceName?: string; orgId?: string };
  meta: Meta;
  spec: ExceptionSpec;
  status: {
    state: ExceptionState;
    /** The user who asked for it, and when. */
    requestedBy: string;
    requestedAt: string;
    /** The user who granted or denied it, when, and what they said of it. */
    decidedBy?: string;
    decidedAt?: string;
    note?: string;
  };
}

/** The exceptions of a place. */
export interface ExceptionList {
  exceptions: ExceptionView[];
  totalCount: string;
}
