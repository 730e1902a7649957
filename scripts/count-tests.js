import { readFileSync } from "node:fs";

/** Adds up vitest's JSON reports given as arguments and prints one closing line; exits 1 where a test failed or none ran. */
const totals = process.argv
  .slice(2)
  .map((file) => JSON.parse(readFileSync(file, "utf8")))
  .reduce(
    (sum, report) => ({
      passed: sum.passed + report.numPassedTests,
      failed: sum.failed + report.numFailedTests + (report.success || report.numFailedTests > 0 ? 0 : 1),
      skipped: sum.skipped + report.numPendingTests,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );

process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
