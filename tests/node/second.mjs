// Each line of standard input asks one thing of the npm package; each line of standard output answers it.
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, id, timestamp, headers, body } = JSON.parse(line);
  const webhook = new Webhook(secret);
  const payload = Buffer.from(body, "base64").toString("utf-8");
  let answer;
  if (headers === undefined) {
    answer = { signature: webhook.sign(id, new Date(timestamp * 1000), payload) };
  } else {
    try {
      answer = { accepted: webhook.verify(payload, headers) };
    } catch (error) {
      answer = { refused: error.message };
    }
  }
  console.log(JSON.stringify(answer));
}
