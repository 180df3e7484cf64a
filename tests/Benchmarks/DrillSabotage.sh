#!/usr/bin/env bash
# 200 single cells of a table of a million rows changed one after the other: how many the comparison of a drill tells. Needs the engine's tests, built in Release.
#   tests/Benchmarks/DrillSabotage.sh [changes]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
MINA_CELL_CHANGES=${1:-200} "$root/tests/Mina.Backup.Engine.Tests/bin/Release/net10.0/Mina.Backup.Engine.Tests" -noLogo -noColor -class '*SingleCellTests*' -showLiveOutput
