// Records a session of one page with the developer tools of Firefox, by its own
// remote protocol (Marionette). Arguments: the browser, the URL, the HAR.
import {spawn} from 'node:child_process'
import {mkdtempSync, writeFileSync, readFileSync, existsSync, rmSync} from 'node:fs'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const [, , firefox, url, path] = process.argv
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
const profile = mkdtempSync(join(tmpdir(), 'firefox-'))
const prefs = {
  'marionette.port': 0, 'browser.shell.checkDefaultBrowser': false, 'datareporting.policy.dataSubmissionEnabled': false,
  'browser.aboutwelcome.enabled': false, 'browser.startup.homepage_override.mstone': 'ignore', 'toolkit.telemetry.enabled': false,
  'app.normandy.enabled': false, 'network.captive-portal-service.enabled': false, 'network.connectivity-service.enabled': false,
  'devtools.netmonitor.persistlog': true,
}
writeFileSync(join(profile, 'user.js'), Object.entries(prefs).map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});`).join('\n'))
const browser = spawn(firefox, ['--headless', '--no-remote', '--marionette', '--remote-allow-system-access', '--profile', profile, 'about:blank'], {stdio: 'ignore'})
const ended = new Promise(resolve => browser.on('exit', resolve))

const portFile = join(profile, 'MarionetteActivePort')
for (let i = 0; i < 300 && !existsSync(portFile); i++) await sleep(100)
const socket = connect(Number(readFileSync(portFile, 'utf8')), '127.0.0.1')
let pending = Buffer.alloc(0), next = 0
const waiting = new Map()
socket.on('data', data => {
  pending = Buffer.concat([pending, data])
  for (;;) { // messages are "length:json"
    const colon = pending.indexOf(58), size = Number(pending.subarray(0, colon))
    if (colon < 0 || pending.length < colon + 1 + size) return
    const message = JSON.parse(pending.subarray(colon + 1, colon + 1 + size))
    pending = pending.subarray(colon + 1 + size)
    if (Array.isArray(message)) waiting.get(message[1])?.(message)
  }
})
const send = async (name, params = {}) => {
  const id = ++next, text = JSON.stringify([0, id, name, params])
  const answer = new Promise(resolve => waiting.set(id, resolve))
  socket.write(Buffer.byteLength(text) + ':' + text)
  const [, , error, result] = await answer
  if (error) throw new Error(name + ': ' + error.message)
  return result?.value
}
const inBrowser = async script => {
  await send('Marionette:SetContext', {value: 'chrome'})
  return send('WebDriver:ExecuteAsyncScript', {newSandbox: false, args: [], script: `const done = arguments[arguments.length - 1];
    (async () => {
      const {require} = ChromeUtils.importESModule('resource://devtools/shared/loader/Loader.sys.mjs')
      const {gDevTools} = require('devtools/client/framework/devtools')
      const tab = Services.wm.getMostRecentWindow('navigator:browser').gBrowser.selectedTab
      ${script}
    })().then(done, e => done('error: ' + e))`})
}

await send('WebDriver:NewSession', {})
await send('WebDriver:SetTimeouts', {script: 60000, pageLoad: 60000})
await inBrowser(`await gDevTools.showToolboxForTab(tab, {toolId: 'netmonitor'}); return ''`)
await send('Marionette:SetContext', {value: 'content'})
await send('WebDriver:Navigate', {url})
for (let i = 0; i < 300 && await send('WebDriver:GetTitle') !== 'done'; i++) await sleep(100)
await sleep(1000) // the developer tools are behind the page
const har = await inBrowser(`const toolbox = gDevTools.getToolboxForTab(tab); return JSON.stringify(await toolbox.getHARFromNetMonitor())`)
let log = JSON.parse(har)
if (!log.log) log = {log}
writeFileSync(path, JSON.stringify(log))
browser.kill('SIGKILL')
await ended
rmSync(profile, {recursive: true, force: true, maxRetries: 5})
process.exit(0)
