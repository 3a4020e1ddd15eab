// llmcalc for JavaScript: the whole command line as functions. Pages, workers and Node; nothing is fetched but the
// engine itself (engine.wasm).
import createEngine from './engine.mjs';

let engine;

/** Node's fetch() reads no files. */
async function fileOfNode() {
  if (!globalThis.process?.versions?.node) return {};
  const {readFile} = await import('node:fs/promises');
  return {wasmBinary: await readFile(new URL('engine.wasm', import.meta.url))};
}

/** The engine, started once. Node finds engine.wasm by itself; elsewhere `locateFile` may say where it is. */
export function start(options = {}) {
  const quiet = {print() {}, printErr(text) { console.warn(text); }};
  const preRun = [(module) => { module.ENV.LLMCALC_PRESETS = '/presets'; }];
  engine ??= fileOfNode().then((file) => createEngine({...quiet, preRun, ...file, ...options}));
  return engine;
}

/** What was wrong with the input: every issue with its place. */
export class LlmcalcError extends Error {
  constructor(issues, message) {
    super(message);
    this.name = 'LlmcalcError';
    this.issues = issues;
  }
}

/** Runs a command as the command line does: its arguments, and what it reads from standard input. */
export async function run(args, input = '') {
  const module = await start();
  // Not through the stack of the engine: standard input may be long.
  const bytes = new TextEncoder().encode(`${input}\0`);
  const at = module._malloc(bytes.length);
  module.HEAPU8.set(bytes, at);
  const status = module.ccall('llmcalc_run', 'number', ['string', 'number'], [JSON.stringify(args), at]);
  module._free(at);
  return {status, out: module.ccall('llmcalc_output', 'string', [], []), errors: module.ccall('llmcalc_errors', 'string', [], [])};
}

/** The answer of a command in JSON to one scenario. */
async function answer(args, scenario) {
  const {status, out, errors} = await run([...args, '--format', 'json', '--scenario', '-'], JSON.stringify(scenario));
  let json;
  try {
    json = JSON.parse(out);
  } catch {
    throw new LlmcalcError([{where: '', what: errors.trim()}], errors.trim() || `llmcalc ended with status ${status}`);
  }
  const issues = json?.error?.issues;
  if (issues) throw new LlmcalcError(issues, issues.map(({where, what}) => `${where} ${what}`.trim()).join('; '));
  return json;
}

/** The memory of a scenario, for inference and training. */
export const estimate = (scenario) => answer(['estimate'], scenario);
/** The best layouts on the scenario's devices. */
export const plan = (scenario, {task = 'inference'} = {}) => answer(['plan', '--task', task], scenario);
/** Changes that save memory, largest first. */
export const levers = (scenario) => answer(['levers'], scenario);
/** What it takes to fit. */
export const fit = (scenario) => answer(['fit'], scenario);

async function catalogue(name) {
  const {out} = await run([name, '--format', 'json']);
  return JSON.parse(out);
}

/** The models, the devices and the default scenario that the package knows. */
export const models = () => catalogue('models');
export const devices = () => catalogue('devices');
export const defaults = () => catalogue('defaults');
