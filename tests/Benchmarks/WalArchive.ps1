# Measures the WAL archive on this machine and prints objects:
#   mina tests/Benchmarks/WalArchive.ps1    (from a build, with MINA_MODULE_PATH set to artifacts/Mina.Backup)
# Sync: bytes of WAL brought into an encrypted archive, per second of processor time, which is what one core does.
# Exposure: time from a commit to its being in the archive, the worst of 20, for an idle and a busy database, with
# archive_command and with a receiver; read back from the archive's files, not from what the service says of itself.
param([int] $Commits = 20, [int] $Megabytes = 500, [switch] $ReceiverOnly)
$ErrorActionPreference = 'Stop'
$root = "/tmp/mina-measure-$PID"
$null = [System.IO.Directory]::CreateDirectory($root)
[System.IO.File]::SetUnixFileMode($root, 'UserRead, UserWrite, UserExecute, GroupExecute, OtherExecute')
$env:GPG_BACKUP_PASSPHRASE = 'measured'
$env:MINA_STATE_PATH = "$root/state"

function Invoke-Sql([string] $Text) { psql -X -q -A -t -d $env:DATABASE_URL -c $Text }
function Get-Position { [Mina.Backup.Model.Lsn](Invoke-Sql 'SELECT pg_current_wal_insert_lsn()') }

# How far the complete segments of an archive reach, from their names alone.
function Get-ArchivedTo([string] $Archive) {
    $last = ''
    foreach ($path in [System.IO.Directory]::GetFiles("$Archive/wal", '*.gz.gpg')) {
        $name = [System.IO.Path]::GetFileName($path)
        if ($name -match '^[0-9A-F]{24}\.gz' -and [string]::CompareOrdinal($name, $last) -gt 0) { $last = $name }
    }
    if (-not $last) { return [uint64]0 }
    ([uint64]::Parse($last.Substring(8, 8), 'HexNumber') * 256 + [uint64]::Parse($last.Substring(16, 8), 'HexNumber') + 1) * 16777216
}

# With a receiver the running segment counts, too: it is decrypted and looked into.
function Test-Archived([string] $Archive, [uint64] $Position, [bool] $Receiver) {
    if ((Get-ArchivedTo $Archive) -ge $Position) { return $true }
    if (-not $Receiver) { return $false }
    $reached = (Get-MinaWalArchive -ArchivePath $Archive -SpoolPath "$root/none").ArchivedTo
    $null -ne $reached -and $reached.Value -ge $Position
}

function Measure-Exposure([string] $What, [string] $Archive, [bool] $Receiver) {
    $all = @()
    for ($i = 0; $i -lt $Commits; $i++) {
        $null = Invoke-Sql 'INSERT INTO ledger VALUES (clock_timestamp())'
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $position = (Get-Position).Value
        while (-not (Test-Archived $Archive $position $Receiver)) { [System.Threading.Thread]::Sleep(50) }
        $all += $watch.Elapsed.TotalSeconds
        # Not in step with the service.
        [System.Threading.Thread]::Sleep(100 + ($i * 373) % 1500)
    }
    [array]::Sort($all)
    [pscustomobject]@{ Measure = "exposure, $What"; WorstSeconds = [Math]::Round($all[-1], 2); MedianSeconds = [Math]::Round($all[[int]($all.Count / 2)], 2); Of = $Commits }
}

function Start-Service([string] $Command) {
    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    foreach ($argument in @([Environment]::GetCommandLineArgs()[0], '-Command', $Command)) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    [System.Diagnostics.Process]::Start($start)
}
function Stop-Service($Process) { $Process.Kill($true); $Process.WaitForExit() }

$cluster = Start-MinaEphemeralCluster -Setting @{ archive_mode = 'on'; max_wal_size = '4GB'; fsync = 'on'; synchronous_commit = 'on'; full_page_writes = 'on' }
try {
    $env:DATABASE_URL = $cluster.ConnectionUri
    $env:MINA_WAL_ARCHIVE = "$root/archive"
    $null = Enable-MinaWalArchiving
    $null = Invoke-Sql 'CREATE TABLE ledger (at timestamptz)'
    $programs = if ($env:MINA_PG_BIN) { "$env:MINA_PG_BIN/" } else { '/usr/lib/postgresql/15/bin/' }
    $null = & "${programs}pgbench" -q -i -s ([Math]::Max(1, [int]($Megabytes / 20))) -d $env:DATABASE_URL 2>&1
    $null = & "${programs}pgbench" -n -c 4 -T 20 -d $env:DATABASE_URL 2>&1
    if (-not $ReceiverOnly) {
        $segment = Invoke-Sql 'SELECT pg_walfile_name(pg_switch_wal() - 1)'
        while (-not [System.IO.File]::Exists("$root/archive.spool/$segment")) { [System.Threading.Thread]::Sleep(100) }

        foreach ($limit in 1, 2) {
            $copy = "$root/copy$limit"
            $null = [System.IO.Directory]::CreateDirectory($copy)
            foreach ($path in [System.IO.Directory]::GetFiles("$root/archive.spool", '0*')) { [System.IO.File]::Copy($path, "$copy/$([System.IO.Path]::GetFileName($path))") }
            $before = [System.Diagnostics.Process]::GetCurrentProcess().TotalProcessorTime
            $result = Sync-MinaWalArchive -ArchivePath "$root/measured$limit" -SpoolPath $copy -ThrottleLimit $limit
            $processor = ([System.Diagnostics.Process]::GetCurrentProcess().TotalProcessorTime - $before).TotalSeconds
            [pscustomobject]@{
                Measure = "sync, encrypted, -ThrottleLimit $limit"
                MegabytesPerCoreSecond = [Math]::Round($result.PlainSize / 1MB / $processor, 1)
                MegabytesPerSecond = [Math]::Round($result.PlainSize / 1MB / $result.Duration.TotalSeconds, 1)
                Megabytes = [Math]::Round($result.PlainSize / 1MB)
                Ratio = [Math]::Round($result.StoredSize / $result.PlainSize, 3)
            }
        }

        $null = Sync-MinaWalArchive
        $service = Start-Service 'Sync-MinaWalArchive -Continuous'
        try {
            Measure-Exposure 'archive_command, idle' "$root/archive" $false
            $load = [System.Diagnostics.Process]::Start([System.Diagnostics.ProcessStartInfo]::new("${programs}pgbench", [string[]]('-n', '-c', '2', '-R', '100', '-T', '600', $env:DATABASE_URL)))
            try { Measure-Exposure 'archive_command, busy' "$root/archive" $false } finally { Stop-Service $load }
        }
        finally { Stop-Service $service }
    }

    $null = Start-MinaWalReceiver -ArchivePath "$root/streamed" -Once -MaximumSlotSize 2GB
    $null = Sync-MinaWalArchive -ArchivePath "$root/streamed"
    $receiver = Start-Service "Start-MinaWalReceiver -ArchivePath $root/streamed"
    $service = Start-Service "Sync-MinaWalArchive -ArchivePath $root/streamed -Continuous"
    try {
        [System.Threading.Thread]::Sleep(5000)
        Measure-Exposure 'receiver, idle' "$root/streamed" $true
        $load = [System.Diagnostics.Process]::Start([System.Diagnostics.ProcessStartInfo]::new("${programs}pgbench", [string[]]('-n', '-c', '2', '-R', '100', '-T', '600', $env:DATABASE_URL)))
        try { Measure-Exposure 'receiver, busy' "$root/streamed" $true } finally { Stop-Service $load }
    }
    finally {
        Stop-Service $service
        Stop-Service $receiver
    }
}
finally {
    Stop-MinaEphemeralCluster $cluster
    [System.IO.Directory]::Delete($root, $true)
}
