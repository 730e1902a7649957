import { runProgram } from "./program.js";
import { capacityCommand } from "./commands/capacity.js";
import { clusterCommand } from "./commands/cluster.js";
import { devCommand } from "./commands/dev.js";
import { eventCommand } from "./commands/event.js";
import { importCommand } from "./commands/import.js";
import { instructorTokenCommand } from "./commands/instructor-token.js";
import { lintCommand } from "./commands/lint.js";
import { newCommand } from "./commands/new.js";
import { policyCommand } from "./commands/policy.js";
import { rehearseCommand } from "./commands/rehearse.js";
import { resultsCommand } from "./commands/results.js";
import { serveCommand } from "./commands/serve.js";
import { recordingCommand } from "./commands/recording.js";
import { sessionCommand } from "./commands/session.js";
import { tokenCommand } from "./commands/token.js";
import { uninstallCommand } from "./commands/uninstall.js";
import { terminalHostCommand } from "./commands/terminal-host.js";
import { validateCommand } from "./commands/validate.js";

await runProgram({
  name: "lectern",
  description: "Hands-on Kubernetes workshops that check themselves.",
  examples: [
    "lectern serve                              open the page it prints and start a lab",
    "lectern validate content/my-lab            replay every step and say which pass",
    "lectern session create --lab my-lab --count 20",
  ],
  commands: [
    serveCommand(),
    newCommand(),
    importCommand(),
    devCommand(),
    validateCommand(),
    lintCommand(),
    policyCommand(),
    capacityCommand(),
    sessionCommand(),
    eventCommand(),
    rehearseCommand(),
    resultsCommand(),
    recordingCommand(),
    instructorTokenCommand(),
    tokenCommand(),
    clusterCommand(),
    uninstallCommand(),
    terminalHostCommand(),
  ],
});
