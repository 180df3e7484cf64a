# A PostgreSQL of version 17 or newer for the tests of incremental base backups, where the machine's own server is older. Dot-sourced after
# PostgreSql.ps1; core language and .NET only. Whatever stands against it, those tests are skipped and say so: nothing here is an error.

$NewerPostgreSqlMajor = 17
# Beside the machine's own servers, as every other test goes on using those. The tests look for it here (NewerServer.cs).
$NewerPostgreSqlRoot = "/opt/mina-postgresql-$NewerPostgreSqlMajor"
# Debian's release that has it.
$NewerPostgreSqlRelease = 'trixie'

function Test-NewerPostgreSql {
    if ($env:MINA_TEST_PG_BIN) { return $true }
    $places = @('/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt', "$NewerPostgreSqlRoot/usr/lib/postgresql")
    foreach ($place in $places) {
        if (-not [IO.Directory]::Exists($place)) { continue }
        foreach ($folder in [IO.Directory]::GetDirectories($place)) {
            if ([IO.Path]::GetFileName($folder) -notmatch '^(?:postgresql@)?(\d+)$' -or [int]$Matches[1] -lt $NewerPostgreSqlMajor) { continue }
            if ([IO.File]::Exists("$folder/bin/pg_combinebackup") -and [IO.File]::Exists("$folder/bin/initdb")) { return $true }
        }
    }

    $false
}

# The newest server that the machine's own apt sources offer, if it is new enough.
function Get-OfferedPostgreSql {
    $newest = 0
    foreach ($line in @(& apt-cache search --names-only '^postgresql-[0-9]+$' 2>$null)) {
        if ($line -match '^postgresql-(\d+) ' -and [int]$Matches[1] -gt $newest) { $newest = [int]$Matches[1] }
    }

    if ($newest -ge $NewerPostgreSqlMajor) { "postgresql-$newest" }
}

# What a line NAME=VALUE of /etc/os-release says.
function Get-SystemFact([string] $name) {
    if (-not [IO.File]::Exists('/etc/os-release')) { return '' }
    foreach ($line in [IO.File]::ReadAllLines('/etc/os-release')) { if ($line -match "^$name=`"?([^`"]*)`"?`$") { return $Matches[1] } }
    ''
}

# Stanzas of an apt source file, whichever of the two formats it has: objects with Uris and Suites.
function Read-AptSource([string] $path) {
    $lines = [IO.File]::ReadAllLines($path)
    if ($path.EndsWith('.list', [StringComparison]::Ordinal)) {
        foreach ($line in $lines) {
            if ($line -match '^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)') { [pscustomobject]@{ Uris = @($Matches[1]); Suites = @($Matches[2]) } }
        }

        return
    }

    $fields = @{}
    foreach ($line in $lines + '') {
        if ($line -match '^\s*#') { continue }
        if ($line -match '^([A-Za-z-]+):\s*(.*)$') { $fields[$Matches[1]] = $Matches[2].Trim(); continue }
        if ($line.Trim()) { continue }
        if ($fields['URIs'] -and $fields['Suites'] -and " $($fields['Types']) " -match ' deb ' -and "$($fields['Enabled'])" -notmatch '^(no|false|0|off)$') {
            [pscustomobject]@{ Uris = @($fields['URIs'] -split '\s+'); Suites = @($fields['Suites'] -split '\s+') }
        }

        $fields = @{}
    }
}

# The mirror that the machine itself is installed from; nothing when it cannot be told.
function Get-DebianMirror([string] $suite, [string[]] $files) {
    foreach ($file in $files) {
        foreach ($source in @(Read-AptSource $file)) {
            if ($source.Suites -notcontains $suite) { continue }
            foreach ($address in $source.Uris) {
                # A list of mirrors: the first one serves.
                if ($address -match '^mirror\+file:(.+)$' -and [IO.File]::Exists($Matches[1])) { $address = ([IO.File]::ReadAllLines($Matches[1])[0] -split '\s+')[0] }
                if ($address -match '^https?://') { return $address }
            }
        }
    }
}

function Get-AptSourceFile {
    if ([IO.File]::Exists('/etc/apt/sources.list')) { '/etc/apt/sources.list' }
    if ([IO.Directory]::Exists('/etc/apt/sources.list.d')) {
        foreach ($pattern in '*.list', '*.sources') { [IO.Directory]::GetFiles('/etc/apt/sources.list.d', $pattern) }
    }
}

# Takes the packages out of the next release into a folder of their own. No script of theirs runs and nothing is installed: the programs are told where
# their libraries lie, and work from there.
function Expand-NewerPostgreSql([string] $mirror) {
    $missing = @(foreach ($program in 'debootstrap', 'patchelf') { if (-not (Get-Command $program -CommandType Application -ErrorAction Ignore)) { $program } })
    if ($missing.Count -gt 0) { Install-AptPackage $missing }
    $partial = "$NewerPostgreSqlRoot.partial"
    if ([IO.Directory]::Exists($partial)) { [IO.Directory]::Delete($partial, $true) }
    $packages = "$partial/packages"
    [void][IO.Directory]::CreateDirectory("$partial/usr/lib")
    # Where older packages still have paths without usr.
    [void][IO.File]::CreateSymbolicLink("$partial/lib", 'usr/lib')
    [Console]::WriteLine("== PostgreSQL $NewerPostgreSqlMajor of Debian $NewerPostgreSqlRelease into $NewerPostgreSqlRoot (about a minute)")
    # The release's signature is checked, or nothing is taken. A network that does not answer ends it, too.
    Invoke-Quietly timeout @('900', 'debootstrap', '--download-only', '--force-check-gpg', '--variant=minbase', "--include=postgresql-$NewerPostgreSqlMajor", $NewerPostgreSqlRelease, $packages, $mirror)
    foreach ($file in [IO.Directory]::GetFiles("$packages/var/cache/apt/archives", '*.deb')) {
        if ([IO.Path]::GetFileName($file) -match "^(lib.*|postgresql(-client)?-$NewerPostgreSqlMajor)_") { Invoke-Quietly dpkg-deb @('-x', $file, $partial) }
    }

    [IO.Directory]::Delete($packages, $true)
    $libraries = @([IO.Directory]::GetDirectories("$partial/usr/lib", '*-linux-gnu*'))[0]
    foreach ($program in [IO.Directory]::GetFiles("$partial/usr/lib/postgresql/$NewerPostgreSqlMajor/bin")) {
        $interpreter = & patchelf --print-interpreter $program 2>$null
        # Scripts have none.
        if ($LASTEXITCODE -ne 0) { continue }
        Invoke-Quietly patchelf @('--set-interpreter', "$NewerPostgreSqlRoot/usr$($interpreter -replace '^/usr', '')", '--force-rpath', '--set-rpath', $libraries.Replace($partial, $NewerPostgreSqlRoot), $program)
    }

    if ([IO.Directory]::Exists($NewerPostgreSqlRoot)) { [IO.Directory]::Delete($NewerPostgreSqlRoot, $true) }
    [IO.Directory]::Move($partial, $NewerPostgreSqlRoot)
    Invoke-Quietly "$NewerPostgreSqlRoot/usr/lib/postgresql/$NewerPostgreSqlMajor/bin/postgres" @('--version')
}

function Invoke-Quietly([string] $program, [string[]] $arguments) {
    $output = @(& $program @arguments 2>&1)
    if ($LASTEXITCODE -ne 0) { throw "$program ended with status $LASTEXITCODE. $(if ($output.Count -gt 0) { $output[-1] })" }
}

# Sees to it that there is one, where that is possible without asking; else says why the tests that need it are skipped.
function Install-NewerPostgreSql {
    if (Test-NewerPostgreSql) { return }
    $skipped = "the tests of incremental base backups and of what else came with it are skipped; MINA_TEST_PG_BIN may name a folder with the programs of PostgreSQL $NewerPostgreSqlMajor or newer"
    if (-not $IsLinux -or -not (Test-AptPermission)) {
        [Console]::WriteLine("== No PostgreSQL $NewerPostgreSqlMajor or newer: $skipped")
        return
    }

    try {
        $offered = Get-OfferedPostgreSql
        if ($offered) {
            Install-AptPackage @($offered)
            return
        }

        $mirror = Get-DebianMirror (Get-SystemFact 'VERSION_CODENAME') @(Get-AptSourceFile)
        if ((Get-SystemFact 'ID') -ne 'debian' -or [Environment]::UserName -ne 'root' -or -not $mirror) {
            [Console]::WriteLine("== No PostgreSQL $NewerPostgreSqlMajor or newer: neither do the apt sources offer one, nor can it be taken out of Debian's next release (which needs Debian and root); $skipped")
            return
        }

        Expand-NewerPostgreSql $mirror
    }
    catch {
        if ([IO.Directory]::Exists("$NewerPostgreSqlRoot.partial")) { [IO.Directory]::Delete("$NewerPostgreSqlRoot.partial", $true) }
        [Console]::WriteLine("== No PostgreSQL $NewerPostgreSqlMajor or newer: $($_.Exception.Message) So $skipped")
    }
}
