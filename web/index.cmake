# Writes the page with the sizes of what it loads.
file(SIZE ${PAGE}/llmcalc.wasm WASM_BYTES)
file(SIZE ${PAGE}/llmcalc.data DATA_BYTES)
configure_file(${CMAKE_CURRENT_LIST_DIR}/index.html ${PAGE}/index.html @ONLY)
