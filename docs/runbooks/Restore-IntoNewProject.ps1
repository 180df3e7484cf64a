<#
.SYNOPSIS
    Restores the newest sound backup of a location into a new, empty project, roles included.
.DESCRIPTION
    For the day on which a region, or the account in it, is gone. DATABASE_URL leads to the database that came with the new project, as the role that came with it;
    GPG_BACKUP_PASSPHRASE opens the backups. Neither is an argument, as arguments end in process lists and histories.

    Backups are tried from the newest on: one that is not sound is passed over, and its name told. What was in the new project's database is set aside under a name that the
    result tells, never dropped. The script runs under PowerShell and under mina.
.PARAMETER Location
    Where the backups are: a folder, or the address of a store.
.PARAMETER SourceDatabase
    Only backups of the database of that name; of any when not given.
.PARAMETER PrivateKey
    File with the secret key, where backups are made for a recipient.
.EXAMPLE
    ./Restore-IntoNewProject.ps1 -Location /mnt/backups -SourceDatabase mina
#>
[CmdletBinding()]
[OutputType('Mina.Backup.Model.RestoreResult')]
param(
    [Parameter(Mandatory)] [string] $Location,
    [string] $SourceDatabase,
    [string] $PrivateKey
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

function Say([string] $text) { [Console]::WriteLine($text) }

if (-not $env:DATABASE_URL) { throw 'Set DATABASE_URL to the connection string of the new project.' }
$key = @{}
if ($PrivateKey) { $key.PrivateKey = $PrivateKey }

$candidates = @(Get-MinaBackup -Path $Location | Where-Object { -not $SourceDatabase -or $_.Database -ceq $SourceDatabase })
if ($candidates.Count -eq 0) { throw "There is no backup in $Location$(if ($SourceDatabase) { " of the database $SourceDatabase" })." }

$sound = $null
foreach ($candidate in $candidates) {
    Say "Reading $($candidate.Name)"
    $check = $candidate | Test-MinaBackup @key -ErrorAction SilentlyContinue
    if ($null -ne $check -and "$($check.Outcome)" -eq 'Passed') { $sound = $candidate; break }
    Say "  It is not sound, and the one before it is tried."
}

if ($null -eq $sound) { throw "None of the $($candidates.Count) backups in $Location is sound, or the key is another." }

Say "Restoring $($sound.Name), made at $($sound.CreatedAt.UtcDateTime.ToString('yyyy-MM-dd HH:mm:ss', [cultureinfo]::InvariantCulture))Z"
# Nothing is there that would have to be saved first: the database of a new project is empty, and is set aside all the same.
$result = $sound | Restore-MinaBackup -RestoreGlobals -SkipSafetyBackup @key -Confirm:$false
if ("$($result.Proof.Outcome)" -ne 'Passed') { throw "The restored database is not proven: $($result.Proof.Outcome)." }

Say "Every row was read again and is as it was backed up: $($result.Proof.Outcome)"
foreach ($note in $result.Notes) { Say "Note: $note" }
foreach ($role in $result.CreatedGlobals) { Say "The role $role has no password yet: set one with psql's \password $role" }
if ($result.SetAsideDatabase) { Say "What was in the new project's database is now $($result.SetAsideDatabase); drop it when it is of no use." }
$result
