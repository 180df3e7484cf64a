<#
.SYNOPSIS
    Builds, tests, demonstrates and measures Mina.Backup.
.DESCRIPTION
    Runs under PowerShell 7.6 (pwsh build.ps1 Test) and, where there is none, under the console of this repository
    (dotnet run --project src/Mina.Backup.Console -- build.ps1 Test). It therefore uses the language, .NET, native programs and the
    core cmdlets only.

    Build   lays out artifacts/Mina.Backup (the module) and artifacts/mina/mina (the console)
    Test    builds and runs every xunit test; the last line counts them
    Demo    shows a backup and a restore on a disposable database server
    Bench   measures the module beside what operators use without it; artifacts/bench.json, artifacts/bench.md and, after a whole run,
            docs/performance.md show the figures
    Pester  runs tests/Pester on PowerShell
    Pack    builds, and packs both into artifacts/*.zip
.EXAMPLE
    pwsh build.ps1 Test -Filter *Console*
.EXAMPLE
    pwsh build.ps1 Bench -Megabytes 100 -Rounds 1 -Only backup,restore
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Bench', 'Pester', 'Pack')]
    [string] $Task = 'Build',

    # Test only the classes whose full name matches.
    [string] $Filter = '',

    # Bench: size of the database, and how often everything is measured.
    [ValidateRange(1, 100000)]
    [int] $Megabytes = 900,
    [ValidateRange(1, 100)]
    [int] $Rounds = 3,

    # Bench: only these groups, separated by commas: backup, verify, restore, shell, scale.
    [string] $Only = '',

    # Bench: measure databases of 1/9, 5/9 and 50/9 of that size, too; the last one takes long.
    [switch] $Scale,

    # Bench: measure scanner, compression and encryption alone, and nothing else.
    [switch] $Micro
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0

$Root = $PSScriptRoot
$Artifacts = [IO.Path]::Combine($Root, 'artifacts')
$Module = [IO.Path]::Combine($Artifacts, 'Mina.Backup')
$ConsoleFolder = [IO.Path]::Combine($Artifacts, 'mina')
$Console = [IO.Path]::Combine($ConsoleFolder, $(if ($IsWindows) { 'mina.exe' } else { 'mina' }))

. ([IO.Path]::Combine($Root, 'build', 'PostgreSql.ps1'))
. ([IO.Path]::Combine($Root, 'build', 'NewerPostgreSql.ps1'))

# No build server may outlive this script: one would hold its output open, and whoever waits for the end of that would wait for it.
$env:MSBUILDDISABLENODEREUSE = '1'
$env:UseSharedCompilation = 'false'
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'

function Step([string] $text) { [Console]::WriteLine("== $text") }

function Invoke-Program([string] $program, [string[]] $arguments) {
    & $program @arguments
    if ($LASTEXITCODE -ne 0) { throw "$program $($arguments[0]) ended with status $LASTEXITCODE." }
}

function Invoke-Build {
    if ([AppContext]::BaseDirectory.StartsWith($Artifacts, [StringComparison]::Ordinal)) {
        throw 'artifacts/mina cannot rebuild itself while it runs. Use: dotnet run --project src/Mina.Backup.Console -- build.ps1 ' + $Task
    }

    Step 'Module: artifacts/Mina.Backup'
    Invoke-Program dotnet @('build', "$Root/src/Mina.Backup", '-c', 'Release', '-t:PublishModule', '-nodeReuse:false', '-v:q', '-nologo')
    $native = Get-NativeOption
    if ($native) { Publish-NativeDependency $native }
    Step 'Console: artifacts/mina'
    if ([IO.Directory]::Exists($ConsoleFolder)) { [IO.Directory]::Delete($ConsoleFolder, $true) }
    Invoke-Program dotnet (@('publish', "$Root/src/Mina.Backup.Console", '-c', 'Release', '-o', $ConsoleFolder, '-nodeReuse:false', '-v:q', '-nologo') + $native)
}

# Compiled ahead for this platform, mina starts in a third of the time. NuGet has the compiler for the common platforms; on others everything is
# compiled as it runs, as it would be anyway.
function Get-NativeOption {
    $options = @('--use-current-runtime', '-p:PublishReadyToRun=true')
    & dotnet restore "$Root/src/Mina.Backup.Console" $options '-v:q' '-nologo' | Out-Null
    if ($LASTEXITCODE -eq 0) { return $options + @('--self-contained', 'false') }
    Step 'Not compiled ahead: NuGet gave no compiler for this platform'
}

# The engine and its packages a second time, where the module's load context looks first on this platform.
function Publish-NativeDependency([string[]] $options) {
    $platform = [Runtime.InteropServices.RuntimeInformation]
    $system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    $dependencies = [IO.Path]::Combine($Module, 'deps')
    $folder = [IO.Path]::Combine($dependencies, "$system-$($platform::ProcessArchitecture.ToString().ToLowerInvariant())")
    $compiled = [IO.Path]::Combine($Artifacts, 'native')
    Step "Compiled ahead: $folder"
    Invoke-Program dotnet (@('publish', "$Root/src/Mina.Backup", '-c', 'Release', '-o', $compiled, '-nodeReuse:false', '-v:q', '-nologo') + $options)
    [void][IO.Directory]::CreateDirectory($folder)
    foreach ($file in [IO.Directory]::GetFiles($dependencies, '*.dll')) {
        $name = [IO.Path]::GetFileName($file)
        [IO.File]::Copy([IO.Path]::Combine($compiled, $name), [IO.Path]::Combine($folder, $name), $true)
    }

    [IO.Directory]::Delete($compiled, $true)
}

# The script runs where this one does: under pwsh if that is what the caller chose, else under the console.
function Invoke-Script([string] $script, [string[]] $arguments) {
    if ($Host.Name -ne 'mina') {
        $loaded = "Import-Module '$($Module.Replace("'", "''"))'; & '$($script.Replace("'", "''"))'"
        Invoke-Program ([Environment]::ProcessPath) (@('-NoProfile', '-Command', "`$ErrorActionPreference = 'Stop'; $loaded $arguments"))
    }
    else {
        Invoke-Program $Console (@($script) + $arguments)
    }
}

function Invoke-TestProject([string] $name, [string] $results) {
    Step "Tests: $name"
    # Whatever the build prints must not become part of this function's result.
    Invoke-Program dotnet @('build', "$Root/tests/$name", '-c', 'Release', '-nodeReuse:false', '-v:q', '-nologo') | Out-Default
    $program = [IO.Path]::Combine($Root, 'tests', $name, 'bin', 'Release', 'net10.0', $(if ($IsWindows) { "$name.exe" } else { $name }))
    $report = [IO.Path]::Combine($results, "$name.xml")
    [IO.File]::Delete($report)
    $arguments = @('-xml', $report, '-noLogo', '-noColor')
    if ($Filter) { $arguments += @('-class', $Filter) }
    # A failed test ends the program with a status; the report counts it. Only a report that is missing is fatal.
    & $program @arguments | Out-Default
    if (-not [IO.File]::Exists($report)) { throw "$name ended with status $LASTEXITCODE and left no report." }
    $failedRun = $LASTEXITCODE -ne 0
    $count = @{ Passed = 0; Failed = 0; Skipped = 0 }
    foreach ($assembly in ([xml][IO.File]::ReadAllText($report)).SelectNodes('//assembly')) {
        $count.Passed += [int]$assembly.passed
        $count.Failed += [int]$assembly.failed + [int]$assembly.errors
        $count.Skipped += [int]$assembly.skipped
    }

    # Never green on doubt: the program says that it failed, and its report shows nothing.
    if ($failedRun -and $count.Failed -eq 0 -and -not ($Filter -and $count.Passed -eq 0)) { $count.Failed = 1 }
    $count
}

function Invoke-Test {
    Install-PostgreSql
    Install-NewerPostgreSql
    Install-Browser
    Install-LibDeflate
    Invoke-Build
    $results = [IO.Path]::Combine($Artifacts, 'TestResults')
    [void][IO.Directory]::CreateDirectory($results)
    $total = @{ Passed = 0; Failed = 0; Skipped = 0 }
    foreach ($name in 'Mina.Backup.Engine.Tests', 'Mina.Backup.Cmdlet.Tests') {
        $count = Invoke-TestProject $name $results
        foreach ($key in 'Passed', 'Failed', 'Skipped') { $total[$key] += $count[$key] }
    }

    if ($total.Passed + $total.Failed -eq 0) { throw 'No test ran.' }
    [Console]::WriteLine("$($total.Passed) passed, $($total.Failed) failed, $($total.Skipped) skipped")
    if ($total.Failed -gt 0) { exit 1 }
}

function Invoke-Bench {
    Install-PostgreSql
    Install-LibDeflate
    Invoke-Build
    # Rivals that a machine may lack; without them the report says so.
    $missing = @(foreach ($program in 'pigz', 'zstd') { if (-not (Get-Command $program -CommandType Application -ErrorAction Ignore)) { $program } })
    if ($missing.Count -gt 0 -and -not $Micro -and (Test-AptPermission)) { Install-AptPackage $missing }
    Step 'Benchmarks'
    $project = [IO.Path]::Combine($Root, 'tests', 'Benchmarks', 'Mina.Backup.Benchmarks')
    Invoke-Program dotnet @('build', $project, '-c', 'Release', '-nodeReuse:false', '-v:q', '-nologo')
    $arguments = @('--megabytes', "$Megabytes", '--rounds', "$Rounds")
    if ($Only) { $arguments += @('--only', $Only) }
    if ($Scale) { $arguments += '--scale' }
    if ($Micro) { $arguments += '--micro' }
    Invoke-Program ([IO.Path]::Combine($project, 'bin', 'Release', 'net10.0', 'Mina.Backup.Benchmarks')) $arguments
}

function Invoke-Pester {
    Install-PostgreSql
    Invoke-Build
    $shell = if ($Host.Name -ne 'mina') { [Environment]::ProcessPath } else { 'pwsh' }
    if (-not (Get-Command $shell -CommandType Application -ErrorAction Ignore)) {
        throw 'The task Pester needs PowerShell 7.6. Run: dotnet tool install --global PowerShell'
    }

    $run = @'
$ErrorActionPreference = 'Stop'
if (-not (Get-Module Pester -ListAvailable | Where-Object Version -ge '5.5.0')) { Install-PSResource Pester -TrustRepository -Scope CurrentUser }
Import-Module Pester -MinimumVersion 5.5.0
$result = Invoke-Pester -Path '{0}' -PassThru
[Console]::WriteLine("$($result.PassedCount) passed, $($result.FailedCount) failed, $($result.SkippedCount) skipped")
exit [int]($result.Result -ne 'Passed')
'@ -replace '\{0\}', [IO.Path]::Combine($Root, 'tests', 'Pester').Replace("'", "''")
    Invoke-Program $shell @('-NoProfile', '-NonInteractive', '-Command', $run)
}

function Invoke-Pack {
    Invoke-Build
    $manifest = [IO.File]::ReadAllText([IO.Path]::Combine($Module, 'Mina.Backup.psd1'))
    $version = [regex]::Match($manifest, "ModuleVersion\s*=\s*'([^']+)'").Groups[1].Value
    foreach ($folder in $Module, $ConsoleFolder) {
        $package = [IO.Path]::Combine($Artifacts, "$([IO.Path]::GetFileName($folder))-$version.zip")
        [IO.File]::Delete($package)
        [IO.Compression.ZipFile]::CreateFromDirectory($folder, $package, 'SmallestSize', $true)
        $hash = [Convert]::ToHexStringLower([Security.Cryptography.SHA256]::HashData([IO.File]::ReadAllBytes($package)))
        [IO.File]::WriteAllText("$package.sha256", "$hash  $([IO.Path]::GetFileName($package))`n")
        [Console]::WriteLine($package)
    }
}

switch ($Task) {
    'Build' { Invoke-Build }
    'Test' { Invoke-Test }
    'Demo' {
        Install-PostgreSql
        Invoke-Build
        Invoke-Script ([IO.Path]::Combine($Root, 'build', 'Demo.ps1')) @()
    }
    'Bench' { Invoke-Bench }
    'Pester' { Invoke-Pester }
    'Pack' { Invoke-Pack }
}
