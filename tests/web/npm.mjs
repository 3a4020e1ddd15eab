// The npm package as a user of it has it: node npm.mjs PACKAGE_FOLDER
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, writeFileSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

const folder = resolve(process.argv[2]);
const {estimate, plan, models, devices, defaults, run, LlmcalcError} = await import(pathToFileURL(join(folder, 'index.mjs')));

// The weights of Llama 3.1 8B are 8,030,261,248 parameters of two bytes; its cache 128 KiB for a token.
const answer = await estimate({model: 'llama-3.1-8b', serving: {runtime: 'transformers', context: 8192}, device: {id: 'rtx-4090', count: 1}});
assert.equal(answer.model.parameters, 8030261248);
assert.equal(answer.inference.components.find(({id}) => id === 'weights').bytes, 16060522496);
assert.equal(answer.inference.components.find(({id}) => id === 'kv_cache').bytes, 8192 * 131072);
assert.equal(answer.inference.components.reduce((sum, {bytes}) => sum + bytes, 0), answer.inference.total_bytes);

await assert.rejects(estimate({model: 'llama-3.1-8b', serving: {context: 0}}), (error) =>
  error instanceof LlmcalcError && error.issues[0].where === '/serving/context' && /from 1 to/.test(error.issues[0].what));
await assert.rejects(estimate({model: 'lama-3.1-8b'}), /llama-3.1-8b/);
assert.ok(JSON.stringify(await plan({model: 'llama-3.1-8b', device: {id: 'rtx-4090', count: 2}})).length > 100);
assert.ok(JSON.stringify(await models()).includes('qwen3-32b'));
assert.ok(JSON.stringify(await devices()).includes('rtx-4090'));
assert.equal((await defaults()).model, 'llama-3.1-8b');
assert.equal((await run(['--version'])).status, 0);

const begin = performance.now();
for (let i = 0; i < 50; ++i) await estimate({model: 'llama-3.1-8b', serving: {context: 1000 + i}});
console.log(`${((performance.now() - begin) / 50).toFixed(2)} ms for an estimate through JSON`);

// Through the command line: files by relative and whole paths, standard input, exit statuses.
const work = mkdtempSync(join(tmpdir(), 'llmcalc-npm-'));
const cli = (args, options = {}) => spawnSync(process.execPath, [join(folder, 'cli.mjs'), ...args], {encoding: 'utf8', cwd: work, ...options});
writeFileSync(join(work, 'config.json'), JSON.stringify({model_type: 'llama', hidden_size: 2048, intermediate_size: 8192, num_hidden_layers: 16, num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 128256, tie_word_embeddings: true}));
for (const path of ['config.json', './config.json', join(work, 'config.json')]) {
  const inspected = cli(['inspect', path]);
  assert.equal(inspected.status, 0, inspected.stderr);
  assert.match(inspected.stdout, /1,235,814,400/);
}
const lines = cli(['estimate', '--scenario', '-'], {input: '{"model":"llama-3.1-8b"}\n{"model":"nobody"}\n'});
assert.equal(lines.status, 2);
assert.equal(lines.stdout.trim().split('\n').length, 2);
assert.equal(cli(['estimate', '--model', 'llama-3.1-8b', '-d', 'rtx-4090']).status, 0);
assert.match(cli(['inspect', 'missing.gguf']).stderr, /missing\.gguf/);

// The declarations name every setting, and TypeScript accepts them where it is installed.
const declarations = readFileSync(join(folder, 'index.d.ts'), 'utf8');
const paths = (value, at = []) => (value && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value).flatMap(([key, below]) => paths(below, [...at, key])) : [at.at(-1)]);
for (const key of paths(await defaults())) assert.ok(/^\d|id$|count$|memory_bytes$/.test(key) || declarations.includes(`${key}?:`) || declarations.includes(`${key}:`), `${key} is not declared`);
const packed = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', folder], {encoding: 'utf8', cwd: work}));
console.log(`npm package: ${(packed[0].size / 1e6).toFixed(2)} MB, ${packed[0].files.length} files`);
assert.ok(packed[0].files.some(({path}) => path === 'engine.wasm'));
rmSync(work, {recursive: true, force: true});
console.log('npm package: passed');
