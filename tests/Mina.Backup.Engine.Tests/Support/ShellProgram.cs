using Mina.Backup.Engine.Tests.Scenarios;

namespace Mina.Backup.Engine.Tests.Support;

/// <summary>A shell script that stands in a program's place.</summary>
public static class ShellProgram
{
    /// <summary>Writes an executable script; an earlier one of that name is replaced.</summary>
    /// <remarks>
    /// Another process writes it. A file that this process has open for writing is inherited, for a moment, by every program that another
    /// test starts meanwhile, and Linux runs no file that somebody has open for writing (ETXTBSY).
    /// </remarks>
    /// <param name="path">Its path.</param>
    /// <param name="body">What follows the first line, <c>#!/bin/sh</c>.</param>
    public static Task WriteAsync(string path, string body)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a shell script.");
        return Programs.RunAsync("sh", ["-c", "rm -f \"$0\" && umask 022 && cat > \"$0\" && chmod 755 \"$0\"", path], input: $"#!/bin/sh\n{body}\n");
    }
}
