// Programs for Node read their .wasm file themselves: emscripten 3.1.6 takes the fetch() of newer Nodes for a browser's.
Module['wasmBinary'] = require('fs').readFileSync(__filename.replace(/\.js$/, '.wasm'));
