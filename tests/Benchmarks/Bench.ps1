<#
.SYNOPSIS
    Measures a backup against what operators run today, pg_dump | gzip | gpg, on the same database in the same run.
.DESCRIPTION
    Both ways take turns, so that what else the machine does hits both; medians are reported, as a table and as JSON
    (artifacts/bench.json). Each backup is a process of its own, its start included in "seconds".
#>
[CmdletBinding()]
param(
    # Meetings in the sample; 17000 make a database of more than 100 MB.
    [int] $Meetings = 17000,
    [int] $Rounds = 3
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0
$Root = [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', '..'))
. ([IO.Path]::Combine($Root, 'build', 'PostgreSql.ps1'))
if ($IsWindows) { throw 'The comparison needs a Unix shell. Run it on Linux or macOS.' }

$Mina = [IO.Path]::Combine($Root, 'artifacts', 'mina', 'mina')
$Culture = [cultureinfo]::InvariantCulture

function Get-Median([double[]] $values) {
    $sorted = [double[]]$values.Clone()
    [Array]::Sort($sorted)
    $sorted[[int][Math]::Floor($sorted.Length / 2)]
}

# Runs a program and gives its output; a failure ends the run.
function Get-Output([string] $program, [string[]] $arguments) {
    $lines = & $program @arguments
    if ($LASTEXITCODE -ne 0) { throw "$program ended with status $LASTEXITCODE." }
    $lines
}

function Measure-Mina([string] $folder, [string[]] $switches) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $line = @(Get-Output $Mina (@([IO.Path]::Combine($PSScriptRoot, 'Backup.ps1'), '-Path', $folder) + $switches))[-1]
    $fields = $line.Split('|')
    @{ Seconds = $watch.Elapsed.TotalSeconds; Command = [double]::Parse($fields[0], $Culture); Peak = [long]$fields[1]; Size = [long]$fields[2]; Plain = [long]$fields[3] }
}

function Measure-Pipe([string] $folder) {
    $file = [IO.Path]::Combine($folder, "$([guid]::NewGuid()).sql.gz.gpg")
    $pipe = 'set -o pipefail; "$1" -d "$DATABASE_URL" | gzip | gpg --batch --yes --quiet --symmetric --cipher-algo AES256 --passphrase-fd 3 --pinentry-mode loopback -o "$2" 3<<<"$GPG_BACKUP_PASSPHRASE"'
    $watch = [Diagnostics.Stopwatch]::StartNew()
    [void](Get-Output 'bash' @('-c', $pipe, 'bash', (Get-PostgreSqlProgram 'pg_dump'), $file))
    @{ Seconds = $watch.Elapsed.TotalSeconds; Size = [IO.FileInfo]::new($file).Length }
}

function Measure-Import {
    $times = foreach ($round in 1..5) {
        $line = Get-Output $Mina @('-NoModule', '-Command',
            "`$w = [Diagnostics.Stopwatch]::StartNew(); Import-Module '$Root/artifacts/Mina.Backup/Mina.Backup.psd1'; `$w.Elapsed.TotalMilliseconds.ToString('R', [cultureinfo]::InvariantCulture)")
        [double]::Parse(@($line)[-1], $Culture)
    }
    Get-Median $times
}

$folder = [IO.Directory]::CreateTempSubdirectory('mina-bench-')
$cluster = $null
$finished = $false
try {
    $env:MINA_STATE_PATH = [IO.Path]::Combine($folder.FullName, 'state')
    $env:GNUPGHOME = [IO.Directory]::CreateDirectory([IO.Path]::Combine($folder.FullName, 'gnupg'), [IO.UnixFileMode]'UserRead, UserWrite, UserExecute').FullName
    $env:GPG_BACKUP_PASSPHRASE = [Convert]::ToHexString([Security.Cryptography.RandomNumberGenerator]::GetBytes(16))
    $cluster = Start-MinaEphemeralCluster
    $env:DATABASE_URL = $cluster.ConnectionUri
    $psql = Get-PostgreSqlProgram 'psql'
    [Console]::WriteLine("Loading the sample: $Meetings meetings")
    [void](Get-Output $psql @('-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', "meetings=$Meetings", '-d', $env:DATABASE_URL, '-f', [IO.Path]::Combine($Root, 'build', 'demo-sample.sql')))
    $databaseSize = [long](Get-Output $psql @('-X', '-A', '-t', '-d', $env:DATABASE_URL, '-c', 'SELECT pg_database_size(current_database())'))

    $ours = [IO.Directory]::CreateDirectory([IO.Path]::Combine($folder.FullName, 'ours')).FullName
    $theirs = [IO.Directory]::CreateDirectory([IO.Path]::Combine($folder.FullName, 'theirs')).FullName
    $runs = foreach ($round in 1..$Rounds) {
        $run = @{ Mina = Measure-Mina $ours @(); Pipe = Measure-Pipe $theirs; Verified = Measure-Mina $ours @('-Verify') }
        [Console]::WriteLine([string]::Format($Culture, 'Round {0}: New-MinaBackup {1:N2} s, pg_dump | gzip | gpg {2:N2} s, New-MinaBackup with read-back {3:N2} s', $round, $run.Mina.Seconds, $run.Pipe.Seconds, $run.Verified.Seconds))
        $run
    }

    $figures = [Collections.Generic.Dictionary[string, object]]::new()
    $figures['databaseBytes'] = $databaseSize
    $figures['sqlBytes'] = [long]@($runs)[0].Mina.Plain
    $figures['rounds'] = $Rounds
    $figures['processors'] = [Environment]::ProcessorCount
    $figures['minaSeconds'] = Get-Median ($runs | ForEach-Object { $_.Mina.Seconds })
    $figures['minaCommandSeconds'] = Get-Median ($runs | ForEach-Object { $_.Mina.Command })
    $figures['minaVerifiedSeconds'] = Get-Median ($runs | ForEach-Object { $_.Verified.Seconds })
    $figures['pipeSeconds'] = Get-Median ($runs | ForEach-Object { $_.Pipe.Seconds })
    $figures['ratio'] = $figures['minaSeconds'] / $figures['pipeSeconds']
    $figures['minaBytes'] = [long](Get-Median ($runs | ForEach-Object { $_.Mina.Size }))
    $figures['pipeBytes'] = [long](Get-Median ($runs | ForEach-Object { $_.Pipe.Size }))
    $figures['peakMemoryBytes'] = [long](Get-Median ($runs | ForEach-Object { [Math]::Max($_.Mina.Peak, $_.Verified.Peak) }))
    $figures['importMilliseconds'] = Measure-Import

    [Console]::WriteLine()
    foreach ($row in @(
            @('Database', '{0:N1} MB, {1:N1} MB of SQL', ($databaseSize / 1e6), ($figures['sqlBytes'] / 1e6)),
            @('pg_dump | gzip | gpg', '{0:N2} s, {1:N1} MB', $figures['pipeSeconds'], ($figures['pipeBytes'] / 1e6)),
            @('New-MinaBackup', '{0:N2} s, {1:N1} MB (the command alone {2:N2} s)', $figures['minaSeconds'], ($figures['minaBytes'] / 1e6), $figures['minaCommandSeconds']),
            @('  of its time', '{0:N2} (expected: at most 0.45)', $figures['ratio']),
            @('New-MinaBackup, with read-back', '{0:N2} s', $figures['minaVerifiedSeconds']),
            @('Peak memory', '{0:N0} MB (expected: under 250)', ($figures['peakMemoryBytes'] / 1e6)),
            @('Import-Module', '{0:N0} ms (expected: under 150)', $figures['importMilliseconds']))) {
        [Console]::WriteLine('{0,-32} {1}', $row[0], [string]::Format($Culture, $row[1], [object[]]$row[2..($row.Length - 1)]))
    }

    $json = [Text.Json.JsonSerializer]::Serialize($figures, [Text.Json.JsonSerializerOptions]@{ WriteIndented = $true })
    [IO.File]::WriteAllText([IO.Path]::Combine($Root, 'artifacts', 'bench.json'), $json)
    [Console]::WriteLine()
    [Console]::WriteLine($json)
    $finished = $true
}
finally {
    if ($cluster -and $finished) { Stop-MinaEphemeralCluster $cluster }
    $folder.Delete($true)
}
