# One backup in a process of its own, measured from inside: seconds of the command, peak memory of the process, size.
param([string] $Path, [switch] $Verify)
$ErrorActionPreference = 'Stop'
$watch = [Diagnostics.Stopwatch]::StartNew()
$backup = New-MinaBackup -Path $Path -SkipVerification:(-not $Verify)
$watch.Stop()
# VmHWM is the largest resident size so far, proc(5); elsewhere .NET knows it.
$peak = if ([IO.File]::Exists('/proc/self/status')) {
    1024 * [long][regex]::Match([IO.File]::ReadAllText('/proc/self/status'), 'VmHWM:\s+(\d+)').Groups[1].Value
}
else { [Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 }
"$($watch.Elapsed.TotalSeconds.ToString('R', [cultureinfo]::InvariantCulture))|$peak|$($backup.Size)|$($backup.PlainSize)"
