#!/bin/sh
# The official TypeScript client against `llmcalc mcp`. Skipped, with a word, where Node.js or npm's registry is missing.
#   run.sh LLMCALC FOLDER     FOLDER keeps what npm installs
set -eu
program=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
for tool in node npm; do
  command -v $tool >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done
mkdir -p "$folder"
cp "$here/package.json" "$here/client.mjs" "$folder/"
cd "$folder"
[ -d node_modules/@modelcontextprotocol ] || npm install --no-audit --no-fund --silent >install.log 2>&1 || {
  echo "skipped: npm cannot install the client"; exit 77
}
exec node client.mjs "$program"
