#!/usr/bin/env node
// The command line, through npx: files are this computer's.
import {readFileSync, writeSync} from 'node:fs';
import {parse, relative} from 'node:path';
import {run, start} from './index.mjs';

/** All of it, also into a pipe whose reader is slower. */
function write(descriptor, text) {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      if (error.code === 'EPIPE') process.exit(1);
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

const args = process.argv.slice(2);
const module = await start();
const {FS, NODEFS} = module;
const {root} = parse(process.cwd());
FS.mkdir('/host');
FS.mount(NODEFS, {root}, '/host');
FS.chdir(`/host/${relative(root, process.cwd()).replaceAll('\\', '/')}`);
// The program's own folders stay where they are; a path from the root is one of this computer.
const mapped = args.map((arg) => arg.replace(/^((?:--[a-z-]+=)?)\//, '$1/host/'));
const {status, out, errors} = await run(mapped, args.includes('-') ? readFileSync(0, 'utf8') : '');
const shown = (text) => text.replaceAll('/host/', '/');
write(1, shown(out));
write(2, shown(errors));
process.exitCode = status;
