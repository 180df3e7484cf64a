# Programs on this machine, PostgreSQL's first of all: where they are, and how they get here. Dot-sourced; core language and .NET only.

# Folders with initdb in them, the newest version first.
function Get-PostgreSqlFolder {
    $program = if ($IsWindows) { 'initdb.exe' } else { 'initdb' }
    $folders = [Collections.Generic.List[string]]::new()
    if ($env:MINA_PG_BIN) { $folders.Add($env:MINA_PG_BIN) }
    $roots = if ($IsWindows) { @("$env:ProgramFiles\PostgreSQL") }
    elseif ($IsMacOS) { @('/opt/homebrew/opt', '/usr/local/opt', '/Applications/Postgres.app/Contents/Versions') }
    else { @('/usr/lib/postgresql', '/usr') }
    foreach ($root in @($roots)) {
        if (-not [IO.Directory]::Exists($root)) { continue }
        $versions = [Collections.Generic.List[string]]::new()
        foreach ($version in [IO.Directory]::GetDirectories($root)) {
            if ([IO.Path]::GetFileName($version) -match '^(postgresql@|pgsql-)?\d+$') { $versions.Add($version) }
        }

        $versions.Sort([Comparison[string]] { param($a, $b) [int][regex]::Match($b, '\d+$').Value - [int][regex]::Match($a, '\d+$').Value })
        foreach ($version in $versions) { $folders.Add([IO.Path]::Combine($version, 'bin')) }
    }

    foreach ($folder in $env:PATH.Split([IO.Path]::PathSeparator)) { if ($folder) { $folders.Add($folder) } }
    foreach ($folder in $folders) { if ([IO.File]::Exists([IO.Path]::Combine($folder, $program))) { $folder } }
}

# Full path of one of its programs, from the folder that the server's programs come from.
function Get-PostgreSqlProgram([string] $name) {
    $folder = @(Get-PostgreSqlFolder)[0]
    if (-not $folder) { throw 'PostgreSQL''s server programs are missing. The tasks Test, Demo and Bench of build.ps1 install them where that is possible; see the README.' }
    [IO.Path]::Combine($folder, $(if ($IsWindows) { "$name.exe" } else { $name }))
}

# Whether packages can be installed without asking.
function Test-AptPermission {
    if (-not [IO.File]::Exists('/usr/bin/apt-get')) { return $false }
    if ([Environment]::UserName -eq 'root') { return $true }
    & sudo -n true 2>$null
    $LASTEXITCODE -eq 0
}

function Install-AptPackage([string[]] $packages) {
    [Console]::WriteLine("== apt-get install $packages")
    $sudo = @(if ([Environment]::UserName -ne 'root') { 'sudo', '-n' })
    foreach ($arguments in @('update', '-q'), (@('install', '-y', '-q') + $packages)) {
        $words = $sudo + @('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get') + $arguments
        $program, $rest = $words
        & $program @rest
        if ($LASTEXITCODE -ne 0) { throw "apt-get $($arguments[0]) ended with status $LASTEXITCODE. Run: sudo apt-get install -y $packages" }
    }
}

# Installs what tests and demo need, where that is possible without asking; else says the one command.
function Install-PostgreSql {
    $missing = @(if (@(Get-PostgreSqlFolder).Count -eq 0) { 'postgresql' })
    # gpg is the yardstick of tests and benchmark; a server's package does not bring it.
    if (-not $IsWindows -and -not (Get-Command gpg -CommandType Application -ErrorAction Ignore)) { $missing += 'gnupg' }
    if ($missing.Count -eq 0) { return }
    if ($missing -notcontains 'postgresql') {
        # The demo does without; tests that need gpg say so themselves.
        if (-not (Test-AptPermission)) {
            [Console]::WriteLine('== gpg is missing: install gnupg (apt, brew, dnf, pacman, apk) for the tests and the benchmark')
            return
        }
    }

    if ($IsWindows) { throw 'PostgreSQL''s server programs are missing. Run: winget install PostgreSQL.PostgreSQL.17' }
    if ($IsMacOS) { throw 'PostgreSQL''s server programs are missing. Run: brew install postgresql@17' }
    if (-not [IO.File]::Exists('/usr/bin/apt-get')) {
        throw 'PostgreSQL''s server programs are missing. Install the package postgresql-server (dnf, zypper) or postgresql (pacman, apk), then run this again.'
    }

    if (-not (Test-AptPermission)) { throw "Programs are missing. Run: sudo apt-get install -y $missing" }
    Install-AptPackage $missing
    if (@(Get-PostgreSqlFolder).Count -eq 0) { throw 'apt-get installed postgresql, and initdb is still not found. Set MINA_PG_BIN to the folder that holds it.' }
}

# Installs the library that inflates faster than .NET does, where that is possible without asking; without it everything works, and takes longer.
function Install-LibDeflate {
    $library = [IntPtr]::Zero
    if ($IsLinux -and -not [Runtime.InteropServices.NativeLibrary]::TryLoad('libdeflate.so.0', [ref] $library) -and (Test-AptPermission)) {
        Install-AptPackage @('libdeflate0')
    }
}

# Installs the browser that the tests of the drill report look through, where that is possible without asking; where there is none they are skipped and say so.
function Install-Browser {
    foreach ($name in 'chromium', 'chromium-browser', 'google-chrome') { if (Get-Command $name -CommandType Application -ErrorAction Ignore) { return } }
    if (Test-AptPermission) { Install-AptPackage @('chromium') }
}
