// Records a session of each page with Chromium: one line of JSON on standard
// input for each, {"url", "path", "content", "mode"}; one on standard output
// when it is recorded.
import {createInterface} from 'node:readline'
import {chromium} from 'playwright-core'

const browser = await chromium.launch({executablePath: process.argv[2], args: ['--no-sandbox', '--disable-dev-shm-usage']})
for await (const line of createInterface({input: process.stdin})) {
  const {url, path, content, mode} = JSON.parse(line)
  const context = await browser.newContext({recordHar: {path, content, mode}, ignoreHTTPSErrors: true})
  const page = await context.newPage()
  let error = ''
  try {
    await page.goto(url)
    await page.waitForFunction(() => document.title === 'done', null, {timeout: 30000})
  } catch (e) { error = String(e) }
  await context.close()
  console.log(JSON.stringify({path, error}))
}
await browser.close()
