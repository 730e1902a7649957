/** Whether a suite must be left out because the machine lacks the tool; the global set-up has said so and why. */
export function isWithout(tool: "kubectl" | "chromium"): boolean {
  return (process.env["LECTERN_TEST_WITHOUT"] ?? "").split(",").includes(tool);
}
