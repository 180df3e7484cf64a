using System.Globalization;

namespace Mina.Backup.Engine.Wal;

/// <summary>
/// The program that <c>archive_command</c> runs: it copies one file into the spool beside it and ends with 0 only when the whole file is on the
/// disk there, under its name. A POSIX shell script needs nothing but what a database host has; on Windows it is a PowerShell script.
/// </summary>
internal static class WalScript
{
    /// <summary>Name of the script in the spool.</summary>
    public static string FileName => OperatingSystem.IsWindows() ? WindowsName : "mina-archive-wal";

    private const string WindowsName = "mina-archive-wal.ps1";

    /// <summary>The value of <c>archive_command</c> that runs it.</summary>
    public static string Command(string scriptPath)
    {
        // The server replaces %p and %f, so a per cent sign of the path is doubled.
        var path = scriptPath.Replace("%", "%%", StringComparison.Ordinal);
        return OperatingSystem.IsWindows()
            ? $"powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File \"{path}\" \"%p\" \"%f\""
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}' \"%p\" \"%f\"";
    }

    /// <summary>The script for a Unix host.</summary>
    /// <param name="syncTakesNames">Whether the host's <c>sync</c> flushes the one file or folder named, as coreutils' does.</param>
    public static string Posix(bool syncTakesNames) => string.Create(CultureInfo.InvariantCulture, $$"""
        #!/bin/sh
        # Archives one WAL file for PostgreSQL: copies $1, a path, into the folder of this script under the name $2.
        # Written by Enable-MinaWalArchiving; Disable-MinaWalArchiving removes it.
        # Status 0 means: the folder holds the whole file, flushed to the disk. A file that is there with the same content is
        # accepted again; one with other content is never touched. Any doubt ends with another status, and the server keeps the file.
        set -u
        umask 077
        PATH=/usr/bin:/bin:/usr/local/bin
        export PATH

        fail() {
            echo "mina-archive-wal: $*" >&2
            exit 1
        }

        {{(syncTakesNames ? FlushByName : FlushByCopy)}}

        spool=$(dirname -- "$0") || fail "its folder cannot be told"
        [ $# -eq 2 ] || fail "usage: mina-archive-wal PATH NAME"
        source=$1
        name=$2
        case $name in
            '' | .* | *[!0-9A-Za-z.]*) fail "'$name' is not the name of a WAL file" ;;
        esac

        # A check by the cmdlet that set this up: whether this account can write here, and what is written stays.
        if [ "$name" = probe ]; then
            source=$0
            name=.probe.$$
        else
            [ -f "$source" ] || fail "there is no file $source"
        fi

        target=$spool/$name
        temporary=$spool/.$name.$$.tmp
        trap 'rm -f -- "$temporary"' EXIT
        trap 'exit 1' HUP INT TERM

        if [ -e "$target" ] || [ -h "$target" ]; then
            [ -f "$target" ] && [ ! -h "$target" ] || fail "$target is not a file"
            cmp -s -- "$source" "$target" || fail "$target is there with other content"
            flush_file "$target" || fail "$target cannot be flushed"
            flush_folder "$spool" || fail "$spool cannot be flushed"
            exit 0
        fi

        cp -- "$source" "$temporary" || fail "$source cannot be copied to $spool"
        flush_file "$temporary" || fail "$temporary cannot be flushed"
        cmp -s -- "$source" "$temporary" || fail "the copy of $source differs"
        # A second name for the copy, unlike a move, never takes the place of a file.
        ln -- "$temporary" "$target" || fail "$target cannot be made"
        rm -f -- "$temporary" || fail "$temporary cannot be removed"
        if [ "$2" = probe ]; then
            rm -f -- "$target" || fail "$target cannot be removed"
        fi
        flush_folder "$spool" || fail "$spool cannot be flushed"
        exit 0

        """).ReplaceLineEndings("\n");

    /// <summary>The script for a Windows host. Windows journals a folder's entries; there is nothing to flush but the file.</summary>
    public static string Windows => """
        # Archives one WAL file for PostgreSQL: copies the first argument, a path, into the folder of this script under the second, a name.
        # Written by Enable-MinaWalArchiving; Disable-MinaWalArchiving removes it.
        # Status 0 means: the folder holds the whole file, flushed to the disk. A file that is there with the same content is
        # accepted again; one with other content is never touched. Any doubt ends with another status, and the server keeps the file.
        param([string] $Source, [string] $Name)
        $ErrorActionPreference = 'Stop'

        function Get-Digest([string] $Path) {
            $stream = [System.IO.File]::OpenRead($Path)
            try {
                $algorithm = [System.Security.Cryptography.SHA256]::Create()
                [System.BitConverter]::ToString($algorithm.ComputeHash($stream))
            }
            finally {
                $stream.Dispose()
            }
        }

        try {
            if ($Name -cnotmatch '^[0-9A-Za-z][0-9A-Za-z.]*$') { throw "'$Name' is not the name of a WAL file" }
            $source = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine([System.Environment]::CurrentDirectory, $Source))
            $target = [System.IO.Path]::Combine($PSScriptRoot, $Name)
            if ([System.IO.File]::Exists($target)) {
                if ((Get-Digest $source) -cne (Get-Digest $target)) { throw "$target is there with other content" }
                exit 0
            }

            $temporary = [System.IO.Path]::Combine($PSScriptRoot, ".$Name.$PID.tmp")
            try {
                $from = [System.IO.File]::OpenRead($source)
                try {
                    $to = [System.IO.File]::Create($temporary)
                    try {
                        $from.CopyTo($to)
                        $to.Flush($true)
                    }
                    finally {
                        $to.Dispose()
                    }
                }
                finally {
                    $from.Dispose()
                }

                if ((Get-Digest $source) -cne (Get-Digest $temporary)) { throw "the copy of $source differs" }
                [System.IO.File]::Move($temporary, $target)
            }
            finally {
                [System.IO.File]::Delete($temporary)
            }

            exit 0
        }
        catch {
            [System.Console]::Error.WriteLine("mina-archive-wal: $_")
            exit 1
        }

        """.ReplaceLineEndings("\r\n");

    private const string FlushByName = """
        flush_file() { sync -- "$1"; }
        flush_folder() { sync -- "$1"; }
        """;

    // dd flushes the file that it opens; sync without names flushes every file system, and on Linux waits for it.
    private const string FlushByCopy = """
        flush_file() { dd if=/dev/null of="$1" conv=notrunc,fsync 2> /dev/null; }
        flush_folder() { sync; }
        """;
}
