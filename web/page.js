'use strict';
// The page around llmcalc: loads it, asks it for frames when something happens, and tells it what a hand does. Its
// functions are those of src/platform/browser.cpp.

const canvas = document.getElementById('canvas');
const keys = document.getElementById('keys');
const state = document.getElementById('state');
const result = document.getElementById('result');
const STORED = 'llmcalc.files';
const STORED_WISH = 'llmcalc.light';
const DOWNLOADS = '/Downloads';

// --- Loading ---

function fail(text) {
  document.getElementById('progress').hidden = true;
  state.textContent = text;
}

async function load(url, expected, progress) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  const bytes = new Uint8Array(expected);
  const reader = answer.body.getReader();
  let at = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done) break;
    if (at + value.length > expected) throw new Error(`${url} does not belong to this page; reload it`);
    bytes.set(value, at);
    at += value.length;
    progress(value.length);
  }
  if (at !== expected) throw new Error(`${url} does not belong to this page; reload it`);
  return bytes.buffer;
}

function whatIsMissing() {
  if (typeof WebAssembly !== 'object') return 'This browser has no WebAssembly, which this page needs. The desktop program and the command line do without.';
  const probe = document.createElement('canvas').getContext('webgl2');
  if (!probe) return 'WebGL 2 is switched off or missing in this browser; this page draws with it. The command line program, llmcalc, does without.';
  probe.getExtension('WEBGL_lose_context')?.loseContext();
  return '';
}

var Module = {
  canvas,
  noInitialRun: true,
  noExitRuntime: true,
  printErr: (text) => console.warn(text),
};

/** What the program asks of the page. */
Module.page = {
  clipboard: '',
  copy(text) {
    this.clipboard = text;
    navigator.clipboard?.writeText(text).catch(() => copyBySelection(text));
  },
  chooseFile() { document.getElementById('file').click(); },
};

function copyBySelection(text) {
  keys.value = text;
  keys.select();
  document.execCommand('copy');
  keys.value = '';
}

const call = (name, types = [], values = [], returns = null) => Module.ccall(name, returns, types, values);

async function start() {
  const missing = whatIsMissing();
  if (missing) return fail(missing);
  const bar = document.getElementById('progress');
  const sizes = {wasm: Number(bar.dataset.wasm), data: Number(bar.dataset.data)};
  let loaded = 0;
  const progress = (n) => { bar.value = (loaded += n) / (sizes.wasm + sizes.data); };
  const [wasm, data] = await Promise.all([load('llmcalc.wasm', sizes.wasm, progress), load('llmcalc.data', sizes.data, progress)]);
  state.textContent = 'Starting …';
  Module.wasmBinary = wasm;
  Module.getPreloadedPackage = () => data;
  Module.preRun = [() => {
    Object.assign(Module.ENV, {HOME: '/home', XDG_CONFIG_HOME: '/config', LLMCALC_PRESETS: '/share/llmcalc/presets', LLMCALC_FONTS: '/fonts'});
  }];
  const ready = new Promise((resolve) => { Module.onRuntimeInitialized = resolve; });
  const script = document.createElement('script');
  script.src = 'llmcalc.js';
  script.onerror = () => fail('llmcalc.js could not be loaded; reload the page.');
  document.body.append(script);
  await ready;
  restoreFiles();
  if (Module.callMain([]) !== 0) return fail('WebGL 2 could not be started in this browser; this page draws with it.');
  resize();
  follow(matchMedia('(prefers-reduced-motion: reduce)'), (still) => call('llmcalc_prefer_still', ['number'], [still]));
  followLight();
  openAddress();
  listen();
  frame();
  document.documentElement.classList.add('ready');
  if (matchMedia('(pointer: fine)').matches) keys.focus({preventScroll: true});
  performance.mark('llmcalc.first-picture');
}

// --- Frames: only when something happens ---

let requested = 0;
let timer = 0;
let settled = 0;

function wake() {
  clearTimeout(timer);
  if (!requested) requested = requestAnimationFrame(frame);
}

function frame() {
  requested = 0;
  clearTimeout(timer);
  const next = Module._llmcalc_frame();
  showCursor();
  if (next === 0) return wake();
  rest();
  if (next > 0) timer = setTimeout(wake, Math.min(next * 1000, 2147483000));
}

/** What need not be in every frame: now and then while frames come, and once more after the last. */
function rest() {
  saveDownloads();
  if (settled) return;
  settled = setTimeout(() => {
    settled = 0;
    if (held.size === 0) showAddress();
    showSummary();
    keepFiles();
  }, 300);
}

function resize() {
  const seen = window.visualViewport;
  const width = Math.max(1, Math.round(seen && seen.scale === 1 ? seen.width : innerWidth));
  const height = Math.max(1, Math.round(seen && seen.scale === 1 ? seen.height : innerHeight));
  const ratio = Math.min(Math.max(devicePixelRatio || 1, 0.5), 4);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  call('llmcalc_resize', ['number', 'number', 'number'], [width, height, ratio]);
  wake();
}

const CURSORS = {'-1': 'none', 0: 'default', 1: 'text', 2: 'move', 3: 'ns-resize', 4: 'ew-resize', 5: 'nesw-resize', 6: 'nwse-resize', 7: 'pointer', 8: 'not-allowed'};
function showCursor() {
  const cursor = CURSORS[Module._llmcalc_cursor()] ?? 'default';
  if (canvas.style.cursor !== cursor) canvas.style.cursor = cursor;
}

// --- Wishes of the reader ---

function follow(query, tell) {
  tell(query.matches ? 1 : 0);
  query.addEventListener('change', () => { tell(query.matches ? 1 : 0); wake(); });
}

/** Dark or light as the system wants it, unless the reader chose otherwise since it last changed. */
function followLight() {
  const query = matchMedia('(prefers-color-scheme: light)');
  const tell = () => {
    const wish = query.matches ? '1' : '0';
    if (stored(STORED_WISH) === wish) return;
    store(STORED_WISH, wish);
    call('llmcalc_prefer_light', ['number'], [Number(wish)]);
    wake();
  };
  tell();
  query.addEventListener('change', tell);
}

// --- Storage: the session and saved scenarios; files that were exported ---

function stored(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}
function store(key, text) {
  try { localStorage.setItem(key, text); } catch { /* full, or switched off: the page works without */ }
}

function restoreFiles() {
  const FS = Module.FS;
  for (const folder of ['/config', '/config/llmcalc', '/config/llmcalc/scenarios', DOWNLOADS]) FS.mkdir(folder);
  FS.writeFile('/config/user-dirs.dirs', `XDG_DOCUMENTS_DIR="${DOWNLOADS}"\n`);
  let files = {};
  try { files = JSON.parse(stored(STORED) ?? '{}'); } catch { /* of another program: begin anew */ }
  for (const [path, text] of Object.entries(files)) {
    if (/^\/config\/llmcalc\/(scenarios\/)?[^/]+\.json$/.test(path) && typeof text === 'string') FS.writeFile(path, text);
  }
}

let keptState = '';
function keepFiles() {
  const FS = Module.FS;
  const paths = [];
  for (const folder of ['/config/llmcalc', '/config/llmcalc/scenarios']) {
    for (const name of FS.readdir(folder)) {
      if (name.endsWith('.json') && !name.includes('.kept-')) paths.push(`${folder}/${name}`);
    }
  }
  const now = paths.map((path) => { const s = FS.stat(path); return `${path} ${s.size} ${Number(s.mtime)}`; }).join('\n');
  if (now === keptState) return;
  keptState = now;
  store(STORED, JSON.stringify(Object.fromEntries(paths.map((path) => [path, FS.readFile(path, {encoding: 'utf8'})]))));
}

function saveDownloads() {
  const FS = Module.FS;
  for (const name of FS.readdir(DOWNLOADS)) {
    if (name === '.' || name === '..') continue;
    const bytes = FS.readFile(`${DOWNLOADS}/${name}`);
    FS.unlink(`${DOWNLOADS}/${name}`);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }
}

// --- The address ---

let shownAddress = null;
function showAddress() {
  const word = call('llmcalc_link', [], [], 'string');
  if (!word || word === shownAddress) return;
  shownAddress = word;
  if (location.hash.slice(1) !== word) history.replaceState(null, '', `#${word}`);
}

function openAddress() {
  const word = location.hash.slice(1);
  if (!word || word === shownAddress) return;
  shownAddress = word;
  call('llmcalc_open_link', ['string'], [word]);
  wake();
}

// --- The result as text ---

let shownSummary = '';
function showSummary() {
  const text = call('llmcalc_summary', [], [], 'string');
  if (text === shownSummary) return;
  shownSummary = text;
  const summary = JSON.parse(text);
  if (!summary) return;
  const element = (tag, content, ...children) => {
    const made = document.createElement(tag);
    if (content) made.textContent = content;
    made.append(...children);
    return made;
  };
  const table = (name, part) => element('table', '', element('caption', `${name}: ${part.about}. ${part.verdict ? `${name} ${part.verdict}.` : ''}`),
    ...part.rows.map(([label, bytes]) => element('tr', '', element('th', label), element('td', bytes))));
  result.replaceChildren(element('h2', summary.title), table('Inference', summary.inference), table('Training', summary.training), element('p', summary.message));
  document.title = `${summary.title} · llmcalc`;
}

// --- Keys: by what is printed on them, as GLFW numbers them ---

const NAMED = {
  Escape: 256, Enter: 257, Tab: 258, Backspace: 259, Insert: 260, Delete: 261, ArrowRight: 262, ArrowLeft: 263, ArrowDown: 264, ArrowUp: 265,
  PageUp: 266, PageDown: 267, Home: 268, End: 269, F1: 290,
};
const BY_CODE = {
  ShiftLeft: 340, ControlLeft: 341, AltLeft: 342, MetaLeft: 343, ShiftRight: 344, ControlRight: 345, AltRight: 346, MetaRight: 347,
  NumpadEnter: 335, NumpadAdd: 334, NumpadSubtract: 333, Numpad0: 320, Space: 32,
};
/** Shortcuts of the program that the page may take from the browser. */
const TAKEN = new Set(['m', 'd', 'o', 's', 'p', 'z', 'y', 'k', 'e', 'g', 'a', 'x', 'c', 'r']);

function numberOf(event) {
  if (BY_CODE[event.code]) return BY_CODE[event.code];
  if (NAMED[event.key]) return NAMED[event.key];
  if (event.key.length !== 1) return 0;
  const c = event.key.toUpperCase();
  return /^[A-Z0-9`\-=[\]\\,;'./]$/.test(c) ? c.charCodeAt(0) : c === '+' ? 61 : 0;
}

const held = new Map();  // number by code: a release is of the key that was pressed
const pressKey = (key, down) => call('llmcalc_key', ['number', 'number'], [key, down]);

function onKey(event) {
  if (event.isComposing || event.key === 'Process' || event.key === 'Unidentified') return;
  const down = event.type === 'keydown';
  const key = down ? numberOf(event) : (held.get(event.code) ?? 0);
  if (!key) return;
  const command = (event.ctrlKey || event.metaKey) && key < 256 && key !== 32;
  if (down && command && !TAKEN.has(event.key.toLowerCase())) return;  // the browser's own, and pasting: see onPaste
  if (down && event.repeat) return event.key.length === 1 && !command ? undefined : event.preventDefault();
  if (down) held.set(event.code, key); else held.delete(event.code);
  // Where Command is the key for shortcuts, it is Ctrl to the program.
  pressKey(key === 343 || key === 347 ? 341 : key, down ? 1 : 0);
  if (command || (event.key.length > 1 && key < 340)) event.preventDefault();
  // A Mac tells nothing of a letter's release while Command is held.
  if (down && command && event.metaKey) { pressKey(key, 0); held.delete(event.code); }
  wake();
}

function letGoOfAll() {
  for (const key of held.values()) pressKey(key === 343 || key === 347 ? 341 : key, 0);
  held.clear();
  wake();
}

function type(text) {
  for (const c of text) {
    if (c.codePointAt(0) >= 32) call('llmcalc_character', ['number'], [c.codePointAt(0)]);
  }
  wake();
}

function strike(key, ctrl) {
  if (ctrl) pressKey(341, 1);
  pressKey(key, 1);
  pressKey(key, 0);
  if (ctrl) pressKey(341, 0);
  wake();
}

function onInput(event) {
  if (event.isComposing) return;
  if (event.inputType === 'deleteContentBackward') strike(NAMED.Backspace, false);
  else if (event.inputType === 'insertLineBreak') strike(NAMED.Enter, false);
  else if (event.inputType !== 'insertFromPaste' && event.data) type(event.data);
  // Something to delete, or keyboards on glass do not tell of it.
  keys.value = ' ';
  keys.setSelectionRange(1, 1);
}

function onPaste(event) {
  event.preventDefault();
  if (event.clipboardData.files.length > 0) return void take([...event.clipboardData.files].map((file) => ({path: file.name, file})));
  Module.page.clipboard = event.clipboardData.getData('text/plain');
  // Ctrl is held already when a key did it; a menu holds none.
  const ctrl = [...held.values()].some((key) => key === 341 || key === 345 || key === 343 || key === 347);
  strike(86, !ctrl);
}

// --- Mouse ---

const at = (event) => [event.clientX, event.clientY];

function point(x, y) { call('llmcalc_pointer', ['number', 'number'], [x, y]); }
function press(button, down, x, y) { call('llmcalc_button', ['number', 'number', 'number', 'number'], [button, down, x, y]); }

function onPointer(event) {
  if (event.pointerType === 'touch') return;
  const [x, y] = at(event);
  if (event.type === 'pointermove') {
    point(x, y);
  } else {
    const button = [0, 2, 1][event.button];
    if (button === undefined) return;
    const down = event.type === 'pointerdown';
    if (down) canvas.setPointerCapture(event.pointerId);
    press(button, down ? 1 : 0, x, y);
    if (down) { event.preventDefault(); keys.focus({preventScroll: true}); }
  }
  wake();
}

function onWheel(event) {
  event.preventDefault();
  if (event.ctrlKey) return zoomBy(Math.exp(-event.deltaY / 200));  // how browsers tell of two fingers on a touchpad
  const unit = event.deltaMode === 1 ? 30 : event.deltaMode === 2 ? innerHeight : 1;
  point(...at(event));
  call('llmcalc_scroll', ['number'], [event.deltaY * unit]);
  wake();
}

// --- Fingers: a tap clicks, a sideways drag drags, one up or down scrolls, two zoom ---

let zoomWanted = 0;
function zoomBy(factor) {
  zoomWanted = (zoomWanted || Module._llmcalc_zoom()) * factor;
  zoomWanted = Math.min(Math.max(zoomWanted, 0.6), 3);
  call('llmcalc_set_zoom', ['number'], [zoomWanted]);
  wake();
}

const START = 8;  // units that a finger moves before it means something
let touch = null;
let pinch = 0;

function spread(touches) {
  return Math.hypot(touches[0].clientX - touches[1].clientX, touches[0].clientY - touches[1].clientY);
}

function onTouchStart(event) {
  event.preventDefault();
  if (event.touches.length === 2) {
    if (touch?.kind === 'drag') press(0, 0, touch.x, touch.y);
    touch = null;
    pinch = spread(event.touches);
    zoomWanted = Module._llmcalc_zoom();
    return;
  }
  if (event.touches.length > 1) return;
  const [x, y] = at(event.touches[0]);
  touch = {kind: 'none', x, y, fromX: x, fromY: y, speed: 0, time: event.timeStamp};
  point(x, y);
  wake();
}

function onTouchMove(event) {
  event.preventDefault();
  if (pinch && event.touches.length === 2) {
    const now = spread(event.touches);
    zoomBy(now / pinch);
    pinch = now;
    return;
  }
  if (!touch || event.touches.length !== 1) return;
  const [x, y] = at(event.touches[0]);
  if (touch.kind === 'none' && Math.hypot(x - touch.fromX, y - touch.fromY) > START) {
    const sideways = Math.abs(x - touch.fromX) > Math.abs(y - touch.fromY);
    touch.kind = sideways && Module._llmcalc_over_item() ? 'drag' : 'scroll';
    if (touch.kind === 'drag') press(0, 1, touch.fromX, touch.fromY);
  }
  if (touch.kind === 'scroll') {
    const moved = touch.y - y;
    const passed = Math.max(event.timeStamp - touch.time, 1);
    touch.speed = 0.7 * touch.speed + 0.3 * (moved / passed);
    call('llmcalc_scroll', ['number'], [moved]);
  } else if (touch.kind === 'drag') {
    point(x, y);
  }
  Object.assign(touch, {x, y, time: event.timeStamp});
  wake();
}

function onTouchEnd(event) {
  event.preventDefault();
  if (event.touches.length < 2) pinch = 0;
  if (event.touches.length > 0 || !touch) return;
  const {kind, x, y, speed} = touch;
  touch = null;
  if (kind === 'scroll') return glide(speed * 16);
  if (kind === 'none') press(0, 1, x, y);
  press(0, 0, x, y);
  // Drawn within this event: only so may a page show the keyboard.
  for (let i = 0; i < 6; ++i) Module._llmcalc_frame();
  point(-10000, -10000);  // a finger that has left points at nothing
  if (kind === 'none' && event.type === 'touchend') {
    if (Module._llmcalc_wants_text()) keys.focus({preventScroll: true}); else keys.blur();
  }
  wake();
}

/** A scroll that goes on after the finger has left, slower and slower. */
function glide(step) {
  if (touch || Math.abs(step) < 0.5) return;
  call('llmcalc_scroll', ['number'], [step]);
  wake();
  requestAnimationFrame(() => glide(step * 0.95));
}

// --- Files ---

async function take(files) {
  try {
    await openFiles(Module, files);
  } catch (error) {
    state.textContent = error.message;
    console.warn(error.message);
  }
  wake();
}

function onDrop(event) {
  event.preventDefault();
  document.documentElement.classList.remove('dropping');
  filesOfDrop(event.dataTransfer).then(take);
}

function listen() {
  for (const kind of ['pointerdown', 'pointerup', 'pointercancel', 'pointermove']) canvas.addEventListener(kind, onPointer);
  canvas.addEventListener('pointerleave', () => { if (!touch) { point(-10000, -10000); wake(); } });
  canvas.addEventListener('wheel', onWheel, {passive: false});
  canvas.addEventListener('touchstart', onTouchStart, {passive: false});
  canvas.addEventListener('touchmove', onTouchMove, {passive: false});
  canvas.addEventListener('touchend', onTouchEnd, {passive: false});
  canvas.addEventListener('touchcancel', onTouchEnd, {passive: false});
  canvas.addEventListener('contextmenu', (event) => event.preventDefault());
  window.addEventListener('keydown', onKey);
  window.addEventListener('keyup', onKey);
  window.addEventListener('blur', letGoOfAll);
  keys.addEventListener('input', onInput);
  keys.addEventListener('compositionend', (event) => { type(event.data); keys.value = ' '; });
  window.addEventListener('paste', onPaste);
  window.addEventListener('resize', resize);
  window.visualViewport?.addEventListener('resize', resize);
  window.addEventListener('hashchange', openAddress);
  const leave = () => { Module._llmcalc_save(); keepFiles(); };
  document.addEventListener('visibilitychange', () => { if (document.hidden) leave(); else wake(); });
  window.addEventListener('pagehide', leave);
  canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
  canvas.addEventListener('webglcontextrestored', () => { Module._llmcalc_context_restored(); wake(); });
  document.getElementById('file').addEventListener('change', (event) => {
    take([...event.target.files].map((file) => ({path: file.webkitRelativePath || file.name, file})));
    event.target.value = '';
  });
  window.addEventListener('dragover', (event) => { event.preventDefault(); document.documentElement.classList.add('dropping'); });
  window.addEventListener('dragleave', (event) => { if (!event.relatedTarget) document.documentElement.classList.remove('dropping'); });
  window.addEventListener('drop', onDrop);
}

start().catch((error) => fail(`llmcalc could not be started: ${error.message}`));
