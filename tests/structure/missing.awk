# awk -f missing.awk FILE...: prints includes of our own headers that do not exist, and names of our own files in comments
# of headers that do not exist.
FNR == 1 && !begun { begun = 1; for (i = 1; i < ARGC; ++i) known[ARGV[i]] = 1 }
/^#include <llmcalc\// {
  name = $2; gsub(/[<>]/, "", name)
  if (!(("include/" name) in known)) printf "%s:%d: <%s>\n", FILENAME, FNR, name
}
/\/\/.*[a-z_]+\/[a-z_\/]+\.(hpp|cpp)/ {
  text = $0; sub(/^.*\/\/+/, "", text)
  while (match(text, /[a-z_0-9]+(\/[a-z_0-9]+)+\.(hpp|cpp)/)) {
    name = substr(text, RSTART, RLENGTH); before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
    text = substr(text, RSTART + RLENGTH)
    if (before ~ /[-.\/A-Za-z]/) continue  # part of a longer path, of somebody else's
    if (name !~ /^(include|src|tests|llmcalc|base|model|models|scenario|memory|engines|frameworks|training|estimate|questions|readers|report|host|cli|ui|platform)\//) continue
    if (name in known || ("include/" name) in known || ("include/llmcalc/" name) in known || ("src/" name) in known ||
        ("tests/" name) in known || ("tests/unit/" name) in known) continue
    printf "%s:%d: a comment names %s\n", FILENAME, FNR, name
  }
}
