// The official client asks as an agent would, and every schema that the program prints is held against what it prints.
//   node client.mjs LLMCALC
import {execFileSync} from 'node:child_process';
import assert from 'node:assert/strict';
import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {StdioClientTransport} from '@modelcontextprotocol/sdk/client/stdio.js';
import Ajv from 'ajv/dist/2020.js';

const program = process.argv[2];
const ajv = new Ajv({strict: false});
const client = new Client({name: 'llmcalc-test', version: '1'});
await client.connect(new StdioClientTransport({command: program, args: ['mcp']}));
assert.equal(client.getServerVersion().name, 'llmcalc');

const {tools} = await client.listTools();
const names = tools.map((tool) => tool.name);
for (const name of ['estimate', 'fit', 'solve', 'plan', 'inspect', 'check', 'import', 'launch', 'lookup']) assert(names.includes(name), name);
const inputs = new Map(tools.map((tool) => [tool.name, ajv.compile(tool.inputSchema)]));

// Calls a tool with arguments that its own schema accepts.
const call = async (name, given) => {
  const fits = inputs.get(name);
  assert(fits(given), `${name}: ${JSON.stringify(fits.errors)}`);
  return client.callTool({name, arguments: given});
};

// What fits on 24 GB? The 8B in 16 bits does, the 70B does not, nor in 4 bits; a 24B in 4 bits does.
const on24 = async (model, format) =>
  (await call('fit', {scenario: {model, device: {memory_bytes: 24 * 2 ** 30}, ...(format && {weights: {format}})}, task: 'inference'})).structuredContent.inference.fits;
assert.equal(await on24('Llama 3.1 8B'), true);
assert.equal(await on24('meta-llama/Llama-3.1-70B'), false);
assert.equal(await on24('llama-3.1-70b', 'awq-int4'), false);
assert.equal(await on24('mistral-small-3.2-24b', 'awq-int4'), true);
if (names.includes('recommend')) {
  const answer = await call('recommend', {device: '24GB', task: 'inference', top: 5});
  assert.equal(answer.isError, false, JSON.stringify(answer.content).slice(0, 400));
}

// Short by default, whole on request; both say what they are about, and the whole is what its schema says.
const short = await call('estimate', {scenario: {model: 'llama-3.1-8b'}});
const whole = await call('estimate', {scenario: {model: 'llama-3.1-8b'}, full: true});
assert(JSON.stringify(short).length < 2500 && JSON.stringify(whole).length > 8000);
assert.equal(whole.structuredContent.scenario.model, 'llama-3.1-8b');
assert.equal(short.structuredContent['inference.components.kv_cache'] ?? short.structuredContent.results?.[0]?.['inference.components.kv_cache'], 1073741824);
const schema = (which) => ajv.compile(JSON.parse(execFileSync(program, ['schema', which], {encoding: 'utf8'})));
const estimate = schema('estimate');
const scenario = schema('scenario');
const cli = (...args) => JSON.parse(execFileSync(program, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}));
for (const args of [[], ['--task', 'inference'], ['--task', 'training'], ['-m', 'qwen3-30b-a3b', '--tp', '2', '--framework', 'megatron'],
                    ['--runtime', 'llama.cpp', '-w', 'Q4_K_M', '--gpu-layers', '10'], ['-d', '2x24GB'], ['--method', 'article']]) {
  assert(estimate(cli('estimate', '--format', 'json', ...args)), `${args}: ${JSON.stringify(estimate.errors)}`);
}
assert(scenario(cli('defaults', '--format', 'json')), JSON.stringify(scenario.errors));
assert(!scenario({model: 'x', serving: {contxt: 3}}), 'an unknown key is refused');

// Errors are the program's own issues.
const wrong = await client.callTool({name: 'estimate', arguments: {scenario: {model: 'llama-3.1-8b', serving: {contxt: 4}}}});
assert.equal(wrong.isError, true);
assert.match(wrong.content[0].text, /did you mean/);
const unknown = await client.callTool({name: 'estimate', arguments: {scenario: {model: 'x'}, color: 'red'}});
assert.equal(unknown.isError, true);

// From another tool's command and back.
const taken = await call('import', {text: 'vllm serve Qwen/Qwen3-32B --tensor-parallel-size 2 --max-model-len 32768'});
assert.equal(taken.structuredContent.scenario.parallelism.tensor, 2);
assert(scenario(taken.structuredContent.scenario), JSON.stringify(scenario.errors));
const started = await call('launch', {scenario: taken.structuredContent.scenario});
assert.match(started.structuredContent.command, /vllm serve Qwen\/Qwen3-32B .*--tensor-parallel-size 2/);
await client.close();
console.log('The official client was answered.');
