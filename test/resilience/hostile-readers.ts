import { pathMatches } from "../../cluster/auth/rbac-rule.js";
import { imageNameProblem } from "../../cluster/controllers/image-name.js";
import { parseLabelSelector } from "../../cluster/selector/label-selector.js";
import { evaluateImage } from "../../policy/common/evaluate.js";
import { parseImage } from "../../policy/common/reference.js";
import { plainText } from "../../terminal/common/plain-text.js";
import { StreamScanner } from "../../terminal/common/stream-scanner.js";
import { parseViewerRequest } from "../../terminal/common/viewer-frames.js";
import { judgeCondition } from "../../workshop/common/condition-match.js";
import { parseCondition } from "../../workshop/common/condition.js";
import { parseExpectation } from "../../workshop/common/expectation.js";
import { judgeOutcome } from "../../workshop/common/judge-step.js";
import { matchesLabels } from "../../workshop/common/label-selector.js";
import { labelOf, pageNames, workspacesNamedIn } from "../../workshop/common/page-name.js";
import { explainRefusal } from "../../workshop/common/refusal.js";
import { fillPlain } from "../../workshop/common/fill-plain.js";
import { readYaml } from "../../workshop/common/yaml-value.js";
import { CONDITIONS, IMAGES, REFUSALS, SELECTORS, filled, yamlTexts } from "./hostile-text.js";

/** What reads somebody else's text, and the texts that are its worst. */
export type Readers = [readers: Record<string, (text: string) => unknown>, texts: Record<string, string>];

/** Each reader of somebody else's text, with the texts that are its worst. */
export const READERS: Record<string, Readers> = {
  "refusals and output": [
    {
      refusal: explainRefusal,
      outcome: (output) =>
        judgeOutcome({ status: "failed", exitStatus: 1, output }, parseExpectation("match=/(a*)*b/")),
      event: (message) =>
        judgeCondition(parseCondition("event policy=x reason=/(a*)*b/"), [{ reason: message, message }]),
    },
    REFUSALS,
  ],
  conditions: [
    {
      condition: parseCondition,
      expectation: parseExpectation,
      judgement: (text) =>
        judgeCondition(parseCondition(text), [{ message: filled("a"), metadata: { labels: { a: "b" } } }]),
      filling: (text) => fillPlain(text, {}),
    },
    CONDITIONS,
  ],
  "label selectors": [
    {
      ours: (text) => matchesLabels(text, { a: "b" }),
      cluster: (text) => parseLabelSelector(text)({ a: "b" }),
    },
    SELECTORS,
  ],
  "image references": [
    { policy: parseImage, evaluation: (image) => evaluateImage(image, []), cluster: imageNameProblem },
    IMAGES,
  ],
  YAML: [{ yaml: readYaml }, yamlTexts()],
  names: [
    {
      label: labelOf,
      names: (text) => pageNames(text.split("/")),
      workspaces: (text) => workspacesNamedIn(text.replaceAll("a", "tmc -k ")),
      url: (text) => pathMatches([`${text}*`], text),
    },
    IMAGES,
  ],
  "frames and streams": [
    {
      frame: parseViewerRequest,
      stream: (text) => new StreamScanner().scan(Buffer.from(text)),
      paper: plainText,
    },
    {
      ...REFUSALS,
      sequences: filled("\u001b]133;"),
      "sequences that end": filled("\u001b]133;D;0\u0007"),
      json: `{"type":${filled("[")}`,
    },
  ],
};
