<#
.SYNOPSIS
    Backs a sample database up, destroys its data and brings it back, on a database server that lives as long as this script.
.DESCRIPTION
    Needs the module and PostgreSQL's programs (build.ps1 Demo sees to both). Everything lies in one temporary folder, which goes
    with the script, also when it is interrupted.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0
. ([IO.Path]::Combine($PSScriptRoot, 'PostgreSql.ps1'))

$script:step = 0
function Step([string] $text) {
    $script:step++
    [Console]::WriteLine()
    [Console]::WriteLine("$script:step. $text")
}

function Say([string] $text) { [Console]::WriteLine("   $text") }

$Psql = Get-PostgreSqlProgram psql

# Runs SQL given on standard input, so that nothing of it shows in the list of processes.
function Invoke-Sql([string] $database, [string] $sql) {
    $lines = $sql | & $Psql -X -q -A -t -F '|' -v ON_ERROR_STOP=1 -d $database
    if ($LASTEXITCODE -ne 0) { throw "psql ended with status $LASTEXITCODE." }
    $lines
}

# Rows of each table with a hash of their content: what must be the same afterwards.
function Get-ContentProof([string] $database) {
    Invoke-Sql $database @'
SELECT 'users', count(*), md5(string_agg(md5(t::text), '' ORDER BY id)) FROM users t
UNION ALL SELECT 'sessions', count(*), md5(string_agg(md5(t::text), '' ORDER BY id)) FROM sessions t
UNION ALL SELECT 'transcript_segments', count(*), md5(string_agg(md5(t::text), '' ORDER BY id)) FROM transcript_segments t;
'@
}

function Show-Content([string[]] $proof) {
    foreach ($line in $proof) {
        $table, $rows, $hash = $line.Split('|')
        Say ('{0,-20} {1,8} rows   content {2}' -f $table, $rows, $hash)
    }
}

$folder = [IO.Directory]::CreateTempSubdirectory('mina-demo-')
$kept = @{}
foreach ($name in 'PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD', 'DATABASE_URL', 'GPG_BACKUP_PASSPHRASE', 'MINA_STATE_PATH') {
    $kept[$name] = [Environment]::GetEnvironmentVariable($name)
}

$cluster = $null
$finished = $false
try {
    # Logs and history of the demo are nobody's history.
    $env:MINA_STATE_PATH = [IO.Path]::Combine($folder.FullName, 'state')
    $backups = [IO.Path]::Combine($folder.FullName, 'backups')
    $started = [Diagnostics.Stopwatch]::StartNew()

    Step 'A disposable PostgreSQL server'
    $cluster = Start-MinaEphemeralCluster -Loopback:([bool]$IsWindows)
    $login = [regex]::Match($cluster.ConnectionUri, '^postgres(?:ql)?://([^:@/]*)(?::([^@/]*))?@')
    $env:PGHOST = $cluster.Host
    $env:PGPORT = "$($cluster.Port)"
    $env:PGUSER = [Uri]::UnescapeDataString($login.Groups[1].Value)
    if ($login.Groups[2].Success) { $env:PGPASSWORD = [Uri]::UnescapeDataString($login.Groups[2].Value) }
    Say "PostgreSQL $($cluster.ServerVersion), process $($cluster.ProcessId), $($cluster.Host) port $($cluster.Port)"

    Step 'A sample database: users, meeting sessions, transcript segments'
    Invoke-Sql 'postgres' 'CREATE DATABASE mina;'
    Invoke-Sql 'mina' ([IO.File]::ReadAllText([IO.Path]::Combine($PSScriptRoot, 'demo-sample.sql')))
    $before = @(Get-ContentProof 'mina')
    Show-Content $before

    # From here on the commands are those of an operator: source and passphrase come from the environment.
    $env:DATABASE_URL = $cluster.ConnectionUri -replace '/postgres(?=\?|$)', '/mina'
    $env:GPG_BACKUP_PASSPHRASE = [Convert]::ToHexString([Security.Cryptography.RandomNumberGenerator]::GetBytes(16))

    Step 'New-MinaBackup: encrypted, read back and verified'
    $backup = New-MinaBackup -Path $backups
    $backup | Out-Default
    Say ('{0:N0} bytes of SQL became {1:N0} bytes, {2}, in {3:N1} s' -f $backup.PlainSize, $backup.Size, $backup.Encryption, $backup.Duration.TotalSeconds)

    Step 'Get-MinaBackup: what is there'
    Get-MinaBackup -Path $backups | Out-Default

    Step 'Test-MinaBackup: is it sound?'
    $verification = Get-MinaBackup -Path $backups -Last 1 | Test-MinaBackup
    $verification | Out-Default
    if ("$($verification.Outcome)" -ne 'Passed') { throw "The backup was found $($verification.Outcome)." }

    Step 'Disaster: rows deleted, a table dropped, names overwritten'
    Invoke-Sql 'mina' @'
DELETE FROM transcript_segments WHERE id % 3 = 0;
DROP TABLE transcript_segments;
DELETE FROM sessions WHERE started_at > '2026-03-01';
UPDATE users SET display_name = 'nobody';
'@
    foreach ($line in Invoke-Sql 'mina' 'SELECT ''users'', count(DISTINCT display_name) FROM users UNION ALL SELECT ''sessions'', count(*) FROM sessions;') {
        Say "left: $line"
    }

    Step 'Restore-MinaBackup: into a new database, proven, then put in place'
    $restore = Get-MinaBackup -Path $backups -Last 1 | Restore-MinaBackup -SafetyPath ($backups + '-safety') -Confirm:$false
    $restore | Out-Default
    Say "The damaged database was kept as $($restore.SetAsideDatabase)."
    foreach ($phase in $restore.Phases) { Say ('{0,-20} {1,6:N2} s' -f $phase.Phase, $phase.Duration.TotalSeconds) }

    Step 'Everything is back'
    $after = @(Get-ContentProof 'mina')
    Show-Content $after
    if (($before -join "`n") -cne ($after -join "`n")) { throw 'The restored content differs from the original.' }
    Say 'Rows and content are the same as before the disaster.'
    $finished = $true
}
finally {
    # A stopped pipeline runs no cmdlet any more. The server then ends, and its folder goes, with this process.
    foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
    if ($cluster -and $finished) { Stop-MinaEphemeralCluster $cluster }
    $folder.Delete($true)
}

Step ('Server stopped, folder removed. The demo took {0:N0} s.' -f $started.Elapsed.TotalSeconds)
