import type { EventResults, PersonResults, PersonStep, StepSummary } from "../../common/event-results.js";
import { escapeXml, seconds } from "./xml-text.js";

/** JUnit XML: a suite for each person, a case for each step; a step that was tried and not done failed, one nobody touched was skipped. */
export function resultsJunit({ title, people, steps }: EventResults): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(title)}">`,
    ...people.map((person) => suite(person, steps)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suite({ name, steps: own }: PersonResults, steps: readonly StepSummary[]): string {
  const failed = own.filter(({ state }) => state === "tried").length;
  const skipped = own.filter(({ state }) => state === "open").length;
  const time = seconds(own.reduce((sum, { takenMs = 0 }) => sum + takenMs, 0));
  const head = `  <testsuite name="${escapeXml(name)}" tests="${String(own.length)}" failures="${String(failed)}" skipped="${String(skipped)}" errors="0" time="${time}">`;
  return [head, ...own.map((step, at) => testCase(step, steps[at]?.number ?? at + 1)), "  </testsuite>"].join(
    "\n",
  );
}

function testCase({ page, state, tries, failures, hints, takenMs = 0 }: PersonStep, number: number): string {
  const head = `    <testcase classname="${escapeXml(page)}" name="step ${String(number)}" time="${seconds(takenMs)}"`;
  if (state === "open") return `${head}>\n      <skipped message="not tried"/>\n    </testcase>`;
  if (state === "done") return `${head}/>`;
  const helped = hints === 0 ? "" : `, with ${String(hints)} ${hints === 1 ? "hint" : "hints"} taken`;
  const message = `not done in ${String(tries)} tries, ${String(failures)} of them failures${helped}`;
  return `${head}>\n      <failure message="${message}"/>\n    </testcase>`;
}
