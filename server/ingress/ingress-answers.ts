import type { IncomingMessage, ServerResponse } from "node:http";
import { TerminalError, terminalErrorCodes } from "../../terminal/common/errors.js";
import type { LabIngress } from "../../workshop/common/ingress.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { problemOf } from "../http/problem.js";
import { sandboxedHeaders } from "./forwarded-headers.js";
import { INGRESS_PAGE_POLICY, type IngressPage, ingressPage } from "./ingress-page.js";

/** Long enough to read the sentence, short enough that an application that was just started is not waited for. */
const RETRY_SECONDS = 2;

/** Answers in the place of an application: with a page where a person looks, else with the problem. */
export function answerInstead(
  request: IncomingMessage,
  response: ServerResponse,
  { page, code, isBelowPath }: { page: IngressPage; code: string; isBelowPath: boolean },
): void {
  const isForPeople = (request.headers.accept ?? "").includes("text/html");
  const [type, body] = isForPeople
    ? ["text/html; charset=utf-8", ingressPage(page)]
    : [
        "application/json; charset=utf-8",
        JSON.stringify({ error: { code, message: [page.title, ...page.text].join(" ") } }),
      ];
  response.writeHead(page.status, {
    "content-type": type,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    ...(isBelowPath
      ? sandboxedHeaders(request.headers.origin)
      : { "content-security-policy": INGRESS_PAGE_POLICY }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** What to say where the application could not be asked. */
export function pageOfFailure(ingress: LabIngress, error: unknown): { page: IngressPage; code: string } {
  const { status, problem } = problemOf(error);
  const { code } = problem.error;
  const isOfApplication = !(error instanceof ServerError || error instanceof TerminalError);
  if (code === terminalErrorCodes.portRefused && ingress.byRules === true) {
    const title = "No Ingress is served in this session yet";
    const text = [
      `There is no Ingress object of the class nginx in its namespace, such as one named ${ingress.name}. Make one in the terminal with kubectl; this page tries again by itself.`,
    ];
    return { code, page: { status: 503, title, text, retrySeconds: RETRY_SECONDS } };
  }
  if (code === terminalErrorCodes.portRefused) {
    const title = `Nothing listens on port ${String(ingress.port)} in your terminal yet`;
    const text = ["Start the application there. This page tries again by itself."];
    return { code, page: { status: 502, title, text, retrySeconds: RETRY_SECONDS } };
  }
  if (!isOfApplication) {
    const text = [problem.error.message, "This page tries again by itself."];
    const title = "The application cannot be reached just now";
    return { code, page: { status, title, text, retrySeconds: RETRY_SECONDS } };
  }
  const reason = error instanceof Error ? error.message : String(error);
  const text = [
    `What answers on port ${String(ingress.port)} was asked and gave no answer that can be shown: ${reason}.`,
  ];
  return {
    code: serverErrorCodes.ingressUnanswered,
    page: { status: 502, title: "The application did not answer", text },
  };
}
