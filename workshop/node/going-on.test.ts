import { expect, it } from "vitest";
import type { PageAction } from "../common/action.js";
import { DEFAULT_EXPECTATION } from "../common/expectation.js";
import { GoingOn } from "./going-on.js";

it.each([
  ["another terminal needs it", ["1 kubectl proxy", "2 curl localhost:8001", "1 ls"], ["interrupt", "", ""]],
  ["another terminal has the rest", ["1 kubectl logs -f web", "2 ls"], ["interrupt", ""]],
  ["its own terminal is next", ["1 kubectl get pods -w", "1 ls", "2 ls"], ["", "", ""]],
  ["nothing follows", ["1 kubectl port-forward svc/web 80"], [""]],
  ["it ends by itself", ["1 kubectl get pods", "2 ls"], ["", ""]],
])("a command that goes on stays up where %s", (_what, texts, endings) => {
  const { actions } = new GoingOn(texts.map(action));
  expect(actions.map(({ ending = "" }) => ending)).toEqual(endings);
});

function action(written: string, number: number): PageAction {
  const view = { kind: "execute", text: written.slice(2), number, terminals: [written.charAt(0)] };
  return { view, expectation: DEFAULT_EXPECTATION } as PageAction;
}
