import { writeFileSync } from "node:fs";

/**
 * A reporter of vitest that writes the messages of errors that no test caught to the file that TEST_ERRORS names, as a JSON list: the report
 * in JSON says nothing of them.
 */
export default class UnhandledErrors {
  onTestRunEnd(_modules, errors) {
    const file = process.env.TEST_ERRORS;
    if (file)
      writeFileSync(file, JSON.stringify(errors.map(({ message, stack }) => stack ?? message ?? "an error")));
  }
}
