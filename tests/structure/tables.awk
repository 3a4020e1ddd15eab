# awk -f tables.awk FILE...: prints the traces that a formatter leaves when it fills the lines of a table in a comment: a word
# alone on its line after a line that was full, and a row whose second column does not begin where the rows above and below
# it begin theirs, although its first would fit. A row is a comment line with a gap of three spaces between two words.
function second_column(text,    start) {
  match(text, /^ */); start = RLENGTH
  return match(substr(text, start + 1), /[^ ]   +[^ ]/) ? start + RSTART + RLENGTH - 1 : 0
}
function first_cell_ends(text,    start) {
  match(text, /^ */); start = RLENGTH
  return match(substr(text, start + 1), /[^ ]   +[^ ]/) ? start + RSTART : 0
}
function indent(text) { match(text, /^ */); return RLENGTH }

FNR == 1 { last = last_but_one = "" }
/^[[:space:]]*\/\/\/?/ {
  text = $0; sub(/^[[:space:]]*\/\/\/?/, "", text)
  if (last_but_one != "" && last ~ /^ *[^ ]+ *$/ && length(last_but_one) > 100 && last !~ /[.:;]$/ &&
      (indent(text) > indent(last) + 3 || (second_column(text) && second_column(last_but_one))))
    printf "%s:%d:%s\n", FILENAME, FNR - 1, last
  column = second_column(last)
  if (column && second_column(text) == second_column(last_but_one) && second_column(text) && column != second_column(text) &&
      first_cell_ends(last) + 3 < second_column(text))
    printf "%s:%d:%s\n", FILENAME, FNR - 1, last
  last_but_one = last; last = text
  next
}
{ last = last_but_one = "" }
