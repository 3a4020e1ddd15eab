// Emscripten 3.1.6 writes modules for Node as if they were scripts; these are the names that scripts have and modules have not.
const require = globalThis.process?.versions?.node ? (await import('node:module')).createRequire(import.meta.url) : undefined;
const __dirname = require ? require('node:path').dirname(require('node:url').fileURLToPath(import.meta.url)) : undefined;
