// Programs for Node read their .wasm file themselves: emscripten 3.1.6 takes the fetch() of newer Nodes for a browser's.
Module['wasmBinary'] = require('fs').readFileSync(__filename.replace(/\.js$/, '.wasm'));
// Where the presets are is said by the one who starts the program: what runs is Node, which lies elsewhere.
Module['preRun'] = [() => { if (process.env.LLMCALC_PRESETS) ENV['LLMCALC_PRESETS'] = process.env.LLMCALC_PRESETS; }];
