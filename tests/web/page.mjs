// The browser edition in headless Chromium: node page.mjs PAGE_FOLDER PICTURES_FOLDER
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, openSync, closeSync, ftruncateSync, writeSync, readdirSync, readFileSync, rmSync, existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {createRequire} from 'node:module';
import {serve} from './server.mjs';

const puppeteer = createRequire(import.meta.url)(process.env.LLMCALC_PUPPETEER ?? 'puppeteer-core');
const [folder, pictures] = process.argv.slice(2).map((path) => resolve(path));
const source = fileURLToPath(new URL('../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'llmcalc-page-'));
mkdirSync(pictures, {recursive: true});

const chromium = process.env.LLMCALC_CHROMIUM ?? '/usr/bin/chromium';
const site = await serve(folder);
const browser = await puppeteer.launch({
  executablePath: chromium,
  headless: true,
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
});
const complaints = [];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Opens the page in a browser of its own, nothing stored. */
async function open({width = 1440, height = 900, light = false, touch = false, ratio = 1, hash = '', context = null} = {}) {
  const own = context ?? await browser.createBrowserContext();
  await own.overridePermissions(site.url, ['clipboard-read', 'clipboard-write']);
  const page = await own.newPage();
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.setViewport({width, height, deviceScaleFactor: ratio, hasTouch: touch, isMobile: touch});
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: light ? 'light' : 'dark'}, {name: 'prefers-reduced-motion', value: 'reduce'}]);
  await page.goto(site.url + hash);
  await page.waitForFunction(() => document.documentElement.classList.contains('ready'), {timeout: 60000});
  await settle(page);
  return page;
}

/** Waits until the page has drawn what came and told its result. */
async function settle(page) {
  await page.evaluate(() => new Promise((done) => {
    const look = (quiet) => requestAnimationFrame(() => (requested ? look(0) : quiet > 3 ? setTimeout(done, 450) : look(quiet + 1)));
    look(0);
  }));
}

const text = (page) => page.$eval('#result', (element) => element.textContent);
const total = async (page) => (await text(page)).match(/Total([^T]*?B)/)[1];

async function box(page, name) {
  for (let i = 0; i < 3; ++i) {
    const controls = await page.evaluate(() => { const now = JSON.parse(call('llmcalc_controls', [], [], 'string')); wake(); return now; });
    if (controls[name]) {
      const [left, top, right, bottom] = controls[name];
      return {x: (left + right) / 2, y: (top + bottom) / 2, left, top, right, bottom};
    }
    await settle(page);
  }
  const all = await page.evaluate(() => Object.keys(JSON.parse(call('llmcalc_controls', [], [], 'string'))));
  throw new Error(`no control is called ${name}; there are ${all.join(' ')}`);
}

async function click(page, name) {
  const at = await box(page, name);
  await page.mouse.click(at.x, at.y);
  await settle(page);
}

let passed = 0;
async function test(name, body) {
  const begin = Date.now();
  try {
    await body();
    console.log(`ok     ${name} (${Date.now() - begin} ms)`);
    ++passed;
  } catch (error) {
    console.log(`FAILED ${name}\n${error.stack}`);
    process.exitCode = 1;
  }
}

let page;

await test('is small', () => {
  const size = readdirSync(folder).reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
  console.log(`       ${(size / 1e6).toFixed(2)} MB with gzip`);
  assert.ok(size <= 4e6, `${size} bytes compressed`);
});

await test('draws its first picture in time', async () => {
  page = await open();
  const [loaded, drawn] = await page.evaluate(() => [performance.getEntriesByName(new URL('llmcalc.data', location).href)[0]?.responseEnd ?? 0, performance.getEntriesByName('llmcalc.first-picture')[0].startTime]);
  console.log(`       first picture ${Math.round(drawn - loaded)} ms after loading`);
  assert.ok(drawn - loaded < 3000, `${drawn - loaded} ms`);
});

await test('says the result in its text', async () => {
  assert.match(await text(page), /Inference.*Weights.*KV cache.*Total.*Training/s);
  assert.match(await page.title(), /· llmcalc$/);
});

await test('costs nothing while nothing happens', async () => {
  await page.mouse.move(5, 450);
  await sleep(6000);  // the hint of the mouse and the message are gone
  const frames = await page.evaluate(() => { window.frames_before = 0; const draw = Module._llmcalc_frame; Module._llmcalc_frame = () => { ++window.frames_before; return draw(); }; return performance.now(); });
  const before = (await page.metrics()).TaskDuration;
  await sleep(3000);
  const spent = (await page.metrics()).TaskDuration - before;
  const drawn = await page.evaluate(() => window.frames_before);
  console.log(`       ${(spent / 3 * 100).toFixed(2)} % of a processor, ${drawn} frames`);
  assert.equal(drawn, 0);
  assert.ok(spent < 0.03, `${spent} s of 3 s`);
  assert.ok(frames > 0);
});

await test('looks as the desktop does', async () => {
  await click(page, 'hint.done');
  await page.mouse.move(720, 2);
  await settle(page);
  const shot = join(pictures, '1440x900-dark.png');
  await page.screenshot({path: shot});
  const blocks = join(work, 'blocks.png');
  execFileSync('convert', [shot, '-crop', '1440x860+0+0', '+repage', '-scale', '144x86!', blocks]);
  const stored = join(source, 'tests/window/pictures/1440x900-dark.png');
  const off = execFileSync('convert', [blocks, stored, '-compose', 'difference', '-composite', '-colorspace', 'gray', '-threshold', '8%', '-format', '%[fx:mean]', 'info:']).toString();
  console.log(`       ${(Number(off) * 100).toFixed(2)} % of the blocks differ by more than 8 %`);
  assert.ok(Number(off) < 0.02, `${off} of the blocks differ`);
});

await test('takes typing and a choice', async () => {
  await click(page, 'model');
  await page.keyboard.type('qwen3-32b', {delay: 20});
  await settle(page);
  await page.keyboard.press('Enter');
  await settle(page);
  assert.match(await page.title(), /Qwen3.32B/i);
});

await test('takes a drag', async () => {
  const before = await total(page);
  const slider = await box(page, 'serving.context');
  await page.mouse.move(slider.left + 20, slider.y);
  await page.mouse.down();
  await settle(page);  // a hand is slower than a frame of software rendering
  await page.mouse.move(slider.right - 10, slider.y, {steps: 5});
  await settle(page);
  await page.mouse.up();
  await settle(page);
  assert.notEqual(await total(page), before);
});

await test('copies and pastes', async () => {
  await page.keyboard.down('Control');
  await page.keyboard.press('c');
  await page.keyboard.up('Control');
  await settle(page);
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^# Qwen3/);
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.setData('text/plain', '{"model": "llama-3.1-8b", "serving": {"context": 4096}}');
    window.dispatchEvent(new ClipboardEvent('paste', {clipboardData: transfer, cancelable: true, bubbles: true}));
  });
  await settle(page);
  assert.match(await page.title(), /Llama 3.1 8B/);
});

await test('exports as a download', async () => {
  const session = await page.createCDPSession();
  await session.send('Browser.setDownloadBehavior', {behavior: 'allow', downloadPath: work, browserContextId: page.browserContext().id});
  await click(page, 'export');
  await click(page, 'export.csv');
  for (let i = 0; i < 50 && !readdirSync(work).some((name) => name.endsWith('.csv')); ++i) await sleep(100);
  const file = readdirSync(work).find((name) => name.endsWith('.csv'));
  assert.match(readFileSync(join(work, file), 'utf8'), /^what,where,component,bytes/);
  await page.keyboard.press('Escape');
  await settle(page);
});

await test('is shared by its address', async () => {
  const hash = await page.evaluate(() => location.hash);
  assert.match(hash, /^#[A-Za-z0-9_-]+$/);
  const other = await open({hash});
  assert.equal(await other.title(), await page.title());
  assert.equal(await total(other), await total(page));
  assert.equal(await other.evaluate(() => location.hash), hash);
  await other.evaluate((cut) => { location.hash = cut; }, hash.slice(0, -12));
  await settle(other);
  assert.match(await text(other), /was cut/);
  await other.browserContext().close();
});

await test('keeps its state', async () => {
  await sleep(2600);
  const title = await page.title();
  const own = page.browserContext();
  await page.close();
  page = await open({context: own});
  assert.equal(await page.title(), title);
});

/** A safetensors file of a model of 20 B parameters, nearly all of it a hole. */
function sparse(name) {
  const [hidden, kv, wide, vocabulary] = [8192, 1024, 28672, 128256];
  const shapes = {'model.embed_tokens.weight': [vocabulary, hidden], 'model.norm.weight': [hidden], 'lm_head.weight': [vocabulary, hidden]};
  for (let layer = 0; layer < 22; ++layer) {
    const within = {
      'input_layernorm': [hidden], 'post_attention_layernorm': [hidden], 'self_attn.q_proj': [hidden, hidden], 'self_attn.k_proj': [kv, hidden],
      'self_attn.v_proj': [kv, hidden], 'self_attn.o_proj': [hidden, hidden], 'mlp.gate_proj': [wide, hidden], 'mlp.up_proj': [wide, hidden], 'mlp.down_proj': [hidden, wide],
    };
    for (const [part, shape] of Object.entries(within)) shapes[`model.layers.${layer}.${part}.weight`] = shape;
  }
  let data = 0;
  const entries = Object.entries(shapes).map(([tensor, shape]) => {
    const begin = data;
    data += 2 * shape.reduce((product, n) => product * n, 1);
    return [tensor, {dtype: 'BF16', shape, data_offsets: [begin, data]}];
  });
  const header = JSON.stringify(Object.fromEntries(entries));
  const file = join(work, name);
  const out = openSync(file, 'w');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeSync(out, length);
  writeSync(out, header);
  ftruncateSync(out, 8 + header.length + data);
  closeSync(out);
  return file;
}

await test('opens 40 GB by their header', async () => {
  const file = sparse('model.safetensors');
  const begin = Date.now();
  const input = await page.$('#file');
  await input.uploadFile(file);
  await page.waitForFunction(() => Module.FS.analyzePath('/model.safetensors/model.safetensors').exists, {timeout: 5000});
  await settle(page);
  console.log(`       ${Date.now() - begin} ms`);
  await page.screenshot({path: join(pictures, 'opened-40GB.png')});
  await box(page, 'preview.use');
  await page.keyboard.press('Escape');
  await settle(page);
  rmSync(file);
});

await test('takes a dropped config.json', async () => {
  await page.evaluate(() => {
    const config = {architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 2048, intermediate_size: 8192, num_hidden_layers: 16, num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 128256, torch_dtype: 'bfloat16'};
    const transfer = new DataTransfer();
    transfer.items.add(new File([JSON.stringify(config)], 'config.json'));
    window.dispatchEvent(new DragEvent('drop', {dataTransfer: transfer, cancelable: true, bubbles: true}));
  });
  await sleep(300);
  await settle(page);
  await click(page, 'preview.use');
  assert.match(await text(page), /Weights2\.79 GiB/);
});

await test('uses little memory', async () => {
  const {JSHeapUsedSize} = await page.metrics();
  const wasm = await page.evaluate(() => Module.HEAPU8?.length ?? HEAPU8.length);
  console.log(`       ${(wasm / 2 ** 20).toFixed(0)} MiB for the program, ${(JSHeapUsedSize / 2 ** 20).toFixed(0)} MiB for the page`);
  assert.ok(wasm + JSHeapUsedSize < 200e6);
});

await test('follows the size and the light of the system', async () => {
  await page.setViewport({width: 900, height: 700, deviceScaleFactor: 2});
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: 'light'}]);
  await settle(page);
  assert.deepEqual(await page.evaluate(() => [canvas.width, canvas.height, canvas.style.width]), [1800, 1400, '900px']);
  await page.screenshot({path: join(pictures, '900x700-light.png')});
  await page.browserContext().close();
});

await test('works with fingers', async () => {
  const phone = await open({width: 390, height: 844, touch: true, ratio: 3});
  await phone.screenshot({path: join(pictures, '390x844-dark.png')});
  const drawer = await box(phone, 'drawer');
  await phone.touchscreen.tap(drawer.x, drawer.y);
  await settle(phone);
  await phone.screenshot({path: join(pictures, '390x844-drawer.png')});
  const before = await total(phone);
  const slider = await box(phone, 'serving.context');
  await phone.touchscreen.touchStart(slider.left + 20, slider.y);
  for (let x = slider.left + 20; x < slider.right - 5; x += 12) await phone.touchscreen.touchMove(x, slider.y);
  await phone.touchscreen.touchEnd();
  await settle(phone);
  assert.notEqual(await total(phone), before);
  // A drag upwards scrolls.
  await phone.touchscreen.tap(drawer.x, drawer.y);
  await settle(phone);
  const place = (await box(phone, 'row.weights')).y;
  await phone.touchscreen.touchStart(190, 600);
  for (let y = 600; y > 400; y -= 20) await phone.touchscreen.touchMove(190, y);
  await phone.touchscreen.touchEnd();
  await sleep(800);
  await settle(phone);
  const moved = await box(phone, 'row.weights').catch(() => ({y: -1000}));
  assert.ok(moved.y < place - 50, `${place} -> ${moved.y}`);
  // Two fingers zoom.
  await phone.evaluate(() => {
    const touches = (spread) => [0, 1].map((id) => new Touch({identifier: id, target: canvas, clientX: 195 + (id ? spread : -spread), clientY: 400}));
    const send = (kind, list) => canvas.dispatchEvent(new TouchEvent(kind, {touches: list, changedTouches: list, cancelable: true, bubbles: true}));
    send('touchstart', touches(50));
    send('touchmove', touches(75));
    send('touchend', []);
  });
  await settle(phone);
  assert.ok(Math.abs(await phone.evaluate(() => Module._llmcalc_zoom()) - 1.5) < 0.06);
  await phone.browserContext().close();
});

for (const [name, options] of [['1440x900-light', {light: true}], ['390x844-light', {width: 390, height: 844, touch: true, ratio: 3, light: true}], ['844x390-dark', {width: 844, height: 390, touch: true, ratio: 2}]]) {
  await test(`pictures: ${name}`, async () => {
    const shown = await open(options);
    await shown.screenshot({path: join(pictures, `${name}.png`)});
    await shown.browserContext().close();
  });
}

await test('says so without WebGL', async () => {
  const own = await browser.createBrowserContext();
  const bare = await own.newPage();
  await bare.evaluateOnNewDocument(() => { HTMLCanvasElement.prototype.getContext = () => null; });
  await bare.goto(site.url);
  await bare.waitForFunction(() => /WebGL 2/.test(document.getElementById('state').textContent), {timeout: 10000});
  await own.close();
});

await test('answers fast', async () => {
  const timed = await open();
  const seconds = await timed.evaluate(() => JSON.parse(call('llmcalc_summary', [], [], 'string')).seconds);
  console.log(`       ${(seconds * 1e6).toFixed(0)} µs for an estimate`);
  assert.ok(seconds < 0.05);
  await timed.browserContext().close();
});

await test('has nothing to complain about', () => assert.deepEqual(complaints, []));

await browser.close();
site.close();
rmSync(work, {recursive: true, force: true});
console.log(`${passed} passed${process.exitCode ? ', some failed' : ''}; pictures in ${pictures}`);
assert.ok(existsSync(pictures));
