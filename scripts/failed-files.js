import { fileNameOf, readReport } from "./test-reports.js";

/** Where more files fail than this, running them once more tells nothing. */
const MOST = 3;

/** Prints the files that failed in the report given as argument, each on a line; nothing where they are many. */
const failed = readReport(process.argv[2]).testResults.filter(({ status }) => status === "failed");
if (failed.length <= MOST) for (const file of failed) process.stdout.write(`${fileNameOf(file)}\n`);
