import { type LintedLab, findingsOf } from "./linted-lab.js";

/** Where the format is described. */
const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

/** SARIF 2.1.0, as code scanning of forges takes it. */
export function sarifLint(labs: readonly LintedLab[]): string {
  const findings = findingsOf(labs);
  const rules = [...new Set(findings.map(({ rule }) => rule))].toSorted();
  const results = findings.map(({ severity, rule, file, line, message, fix, fidelity, action }) => ({
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: severity,
    message: { text: `${message}. ${fix}.` },
    locations: [
      { physicalLocation: { artifactLocation: { uri: addressOf(file) }, region: { startLine: line } } },
    ],
    ...(fidelity || action
      ? { properties: { ...(fidelity && { fidelity }), ...(action && { action }) } }
      : {}),
  }));
  const driver = { name: "lectern lint", rules: rules.map((id) => ({ id })) };
  const log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** A path as an address that is relative to where the command was started. */
function addressOf(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
