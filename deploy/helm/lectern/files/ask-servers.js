import { request } from "node:http";

const [service, publicUrl] = process.argv.slice(-2);
const host = new URL(publicUrl).host;
/** Servers that were installed a moment ago are still starting. */
const deadline = Date.now() + 180_000;

for (const path of ["/readyz", "/api/labs", "/"]) {
  const { status, text } = await answerOf(path);
  console.log(`${path} answers ${status}`);
  if (status !== 200) {
    console.error(text);
    process.exit(1);
  }
}

async function answerOf(path) {
  for (;;) {
    const answer = await ask(path).catch((error) => ({ status: "nothing", text: error.message }));
    if (answer.status === 200 || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function ask(path) {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, service), { headers: { host }, timeout: 10_000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => (text = (text + chunk).slice(0, 4096)));
      answer.once("end", () => resolve({ status: answer.statusCode, text }));
      answer.once("error", reject);
    });
    asked.once("timeout", () => asked.destroy(new Error(`${path}: no answer within 10 s`)));
    asked.once("error", reject);
    asked.end();
  });
}
