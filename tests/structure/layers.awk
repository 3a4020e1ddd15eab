# awk -f layers.awk layers.txt FILE...: prints every include that layers.txt does not allow, and every file of the programs
# that parses a body of the engine, directly or through other headers, when the engine is compiled apart.
function layer_of(file,    path, best, layer) {
  best = 0
  for (path in layer_at)
    if (length(path) > best && (file == path || index(file, path "/") == 1)) { best = length(path); layer = layer_at[path] }
  return best ? layer : ""
}

# The file of the tree that an #include names; "" for a library's.
function target_of(file, name,    folder) {
  if (("include/" name) in known) return "include/" name
  if (("src/" name) in known) return "src/" name
  if (("tests/" name) in known) return "tests/" name
  folder = file; sub(/\/[^\/]*$/, "", folder)
  if ((folder "/" name) in known) return folder "/" name
  return ""
}

FNR == NR {
  if ($0 ~ /^[a-z]/) {
    layer_at[$2] = $1
    for (i = 4; i <= NF; ++i) allowed[$1, $i] = 1
    allowed[$1, $1] = 1
  }
  next
}

FNR == 1 && !begun { begun = 1; for (i = 2; i < ARGC; ++i) known[ARGV[i]] = 1 }
FNR == 1 { bodies_for_others = 0 }
/^#ifndef LLMCALC_COMPILED/ { bodies_for_others = 1 }
/^#endif/ { bodies_for_others = 0 }
/^#include [<"]/ {
  name = $2; gsub(/[<>"]/, "", name)
  target = target_of(FILENAME, name)
  if (target == "") next
  if (!bodies_for_others) { ++count[FILENAME]; included[FILENAME, count[FILENAME]] = target }
  from = layer_of(FILENAME); to = layer_of(target)
  if (from == "" || to == "" || (from, to) in allowed) next
  if (FILENAME ~ /_inl\.hpp$/ && to != "questions") next
  if (bodies_for_others && target ~ /_inl\.hpp$/) next
  printf "%s:%d: %s includes %s (%s)\n", FILENAME, FNR, from, target, to
}

# Whether the file, or what it includes, is a body; the way to it is left in `way`.
function reaches_body(file,    i, next_file) {
  if (file in reached) return reached[file]
  reached[file] = 0
  if (file ~ /_inl\.hpp$/) { way[file] = file; return reached[file] = 1 }
  for (i = 1; i <= count[file]; ++i) {
    next_file = included[file, i]
    if (reaches_body(next_file)) { way[file] = file " -> " way[next_file]; return reached[file] = 1 }
  }
  return 0
}

END {
  for (i = 2; i < ARGC; ++i) {
    file = ARGV[i]
    if (file ~ /^src\// && file !~ /^src\/engine\// && reaches_body(file)) print "a body of the engine is parsed: " way[file]
  }
}
