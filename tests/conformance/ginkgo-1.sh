#!/bin/bash
# Stands for ginkgo 1 when critest 1.23 calls it to run on several nodes. They would all write their reports to one file:
# the program that ginkgo is given, a link to critest made for this call, is replaced by one that gives each node a name.
# $GINKGO is the real ginkgo, $CRITEST the program.
set -euo pipefail
for argument; do
  [[ $argument == *.test ]] || continue
  rm "$argument"
  printf '#!/bin/bash\nexec %q "$@" -report-prefix=$$\n' "$CRITEST" > "$argument"
  chmod +x "$argument"
done
exec "$GINKGO" "$@"
