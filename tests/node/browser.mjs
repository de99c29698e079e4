// Looks at pages in Chromium: one question a line on standard input, one answer a line on standard output.
//
// A question names `url`, `width` and `height`, whether that is the screen of a `mobile` phone, `scheme` (light or dark), whether there is `javascript`, what to
// `click` and which keys to `press`, an expression to `ask` the page, whether `axe` is to judge it, the `media` to
// show it for, and a file for a `picture` of it. The answer has what the page `said` to the console, the addresses it
// `fetched`, how far it `overflows` to the side, what axe `found`, and the `answer`.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [executablePath] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});

async function withoutScript(route) {
  const response = await route.fetch();
  await route.fulfill({ response, body: (await response.text()).replace(/<script>[^]*?<\/script>/g, "") });
}

// Not page.screenshot(), which waits for ever on XML that is no HTML.
async function photograph(context, page, mobile) {
  await page.evaluate(async () => {
    for (const image of document.images ?? []) {
      image.loading = "eager";
      await image.decode().catch(() => {});
    }
  });
  const session = await context.newCDPSession(page);
  const { cssContentSize } = await session.send("Page.getLayoutMetrics");
  // A phone's page would be laid out anew for what lies below its screen, and look like none.
  if (mobile) return Buffer.from((await session.send("Page.captureScreenshot")).data, "base64");
  const clip = { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height, scale: 1 };
  const { data } = await session.send("Page.captureScreenshot", { clip, captureBeyondViewport: true });
  return Buffer.from(data, "base64");
}

async function look(question) {
  const { url, width, height, mobile, scheme, javascript, click, press, ask, axe, media, picture } = question;
  const context = await browser.newContext({
    viewport: { width, height },
    isMobile: Boolean(mobile),
    colorScheme: scheme,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  try {
    // Nothing leaves this machine.
    await context.route((other) => other.origin !== new URL(url).origin, (route) => route.abort());
    const page = await context.newPage();
    // Not `javaScriptEnabled: false`, under which axe cannot look at the page either.
    if (!javascript) await page.route(url, withoutScript);
    const said = [];
    const fetched = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("dialog", (dialog) => said.push(`${dialog.type()}: ${dialog.message()}`) && dialog.dismiss());
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => fetched.push(request.url()));
    const response = await page.goto(url, { waitUntil: "load" });
    if (media) await page.emulateMedia({ media });
    for (const selector of click ?? []) await page.click(selector);
    for (const key of press ?? []) await page.keyboard.press(key);
    const overflows = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    const answer = ask ? await page.evaluate(ask) : null;
    if (picture) await writeFile(picture, await photograph(context, page, mobile));
    let found = [];
    if (axe) {
      // Not as a script of the page, which allows no other than its own.
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => window.axe.run());
      found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(" ")}`);
    }
    return { status: response.status(), said, fetched, overflows, answer, found };
  } finally {
    await context.close();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(await look(JSON.parse(line))));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
await browser.close();
