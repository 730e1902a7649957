import { describe, expect, it } from "vitest";
import { ClusterUnreachable, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import { problemOf } from "./problem.js";

describe("problemOf", () => {
  it("answers a refusal of ours with its status, code and words", () => {
    expect(problemOf(new ServerError(serverErrorCodes.unauthorized, "no"))).toEqual({
      status: 401,
      problem: { error: { code: "SERVER_UNAUTHORIZED", message: "no" } },
    });
  });

  it("knows by another room's code what kind of refusal it is", () => {
    const statuses = (
      [
        "sessionNotFound",
        "labInvalid",
        "sessionNotActive",
        "sessionStepNotRunnable",
        "sessionKubeconfigUnusable",
        "labUnavailable",
      ] as const
    ).map((name) => problemOf(new WorkshopError(WORKSHOP_ERRORS[name], "x")).status);
    expect(statuses).toEqual([404, 400, 409, 409, 409, 409]);
  });

  it("says of a cluster that does not answer that nothing was lost", () => {
    const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:6443"), { code: "ECONNREFUSED" });
    const call = { method: "GET", path: "/version" } as const;
    for (const error of [
      new ClusterUnreachable("https://127.0.0.1:6443", call, cause),
      new KubernetesError("starting", 503, ""),
    ]) {
      const { status, problem } = problemOf(error);
      expect([status, problem.error.code]).toEqual([503, "SERVER_NOT_READY"]);
      expect(problem.error.message).toMatch(/^The cluster does not answer/);
      expect(problem.error.message).not.toContain("6443");
    }
  });

  it("blames the cluster for nothing that happened elsewhere", () => {
    for (const code of ["ENOENT", "ECONNREFUSED", "EPIPE", "ABORT_ERR"]) {
      const elsewhere = Object.assign(new Error(`${code}: open '/labs/secret.md'`), { code });
      expect([code, problemOf(elsewhere).problem.error.code]).toEqual([code, "SERVER_INTERNAL"]);
    }
  });

  it("blames the client for nothing that the cluster refused the server", () => {
    const { status, problem } = problemOf(new KubernetesError("pods is forbidden", 403, "Forbidden"));
    expect([status, problem.error.code]).toEqual([500, "SERVER_INTERNAL"]);
  });

  it("tells a client nothing of what was not foreseen", () => {
    const { status, problem } = problemOf(
      new TypeError("Cannot read properties of undefined (reading 'secret')"),
    );
    expect([status, problem.error.code]).toEqual([500, "SERVER_INTERNAL"]);
    expect(JSON.stringify(problem)).not.toContain("secret");
  });
});
