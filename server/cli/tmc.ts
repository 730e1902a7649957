import { connect } from "./tmc/api-client.js";
import { runTmc } from "./tmc/program.js";

process.exitCode = await runTmc(process.argv.slice(2), {
  connect: () => connect(process.env),
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
});
