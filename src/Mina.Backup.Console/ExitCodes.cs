namespace Mina.Backup.Console;

/// <summary>Exit statuses of <c>mina</c>; a script's own <c>exit N</c> gives N.</summary>
internal static class ExitCodes
{
    /// <summary>Everything went well: nothing reached the error stream and nothing went uncaught.</summary>
    public const int Success = 0;

    /// <summary>An error reached the error stream, or an exception went uncaught.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself is wrong, as <c>pwsh</c> and <c>sysexits.h</c> have it.</summary>
    public const int Usage = 64;

    /// <summary>Ended by a signal: 128 and the signal's number, as shells report it.</summary>
    public static int ForSignal(int number) => 128 + number;
}
