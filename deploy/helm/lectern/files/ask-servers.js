import { request } from "node:http";

const [service, publicUrl] = process.argv.slice(-2);
const host = new URL(publicUrl).host;

for (const path of ["/readyz", "/api/labs", "/"]) {
  const { status, text } = await ask(path);
  console.log(`${path} answers ${status}`);
  if (status !== 200) {
    console.error(text);
    process.exit(1);
  }
}

function ask(path) {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, service), { headers: { host }, timeout: 10_000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => (text = (text + chunk).slice(0, 4096)));
      answer.once("end", () => resolve({ status: answer.statusCode, text }));
    });
    asked.once("timeout", () => asked.destroy(new Error(`${path}: no answer within 10 s`)));
    asked.once("error", reject);
    asked.end();
  });
}
