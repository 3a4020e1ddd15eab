# awk -f detail.awk FILE...: prints uses of a namespace named detail or ..._detail in a file that does not open it. A header
# and its bodies (x.hpp, x_inl.hpp) count as one file.
function subject(file) { sub(/(_inl)?\.(hpp|cpp)$/, "", file); return file }
/^[[:space:]]*(inline )?namespace [A-Za-z_:]*detail[[:space:]]*\{/ {
  name = $0; sub(/[[:space:]]*\{.*/, "", name); sub(/^.*[ :]/, "", name)
  opened[subject(FILENAME), name] = 1
}
/detail::/ && !/^[[:space:]]*\/\// {
  text = $0
  while (match(text, /[A-Za-z_]*detail::/)) {
    name = substr(text, RSTART, RLENGTH - 2)
    before = RSTART > 2 ? substr(text, 1, RSTART - 1) : ""
    text = substr(text, RSTART + RLENGTH)
    if (before ~ /(testing|nlohmann|rc|std)::$/) continue
    ++uses; at[uses] = FILENAME; place[uses] = FILENAME ":" FNR; used[uses] = name
  }
}
END {
  for (i = 1; i <= uses; ++i)
    if (!((subject(at[i]), used[i]) in opened)) print place[i] ": " used[i]
}
