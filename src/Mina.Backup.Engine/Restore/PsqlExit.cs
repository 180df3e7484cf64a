using Mina.Backup.Engine.Postgres;

namespace Mina.Backup.Engine.Restore;

/// <summary>Says what psql's end means.</summary>
internal static class PsqlExit
{
    /// <summary>
    /// Nothing when psql ended well; otherwise the error that it printed, the signal that killed it, or its output.
    /// Exit codes: 1 a failure of its own, 2 the connection went bad, 3 an error in the script.
    /// </summary>
    public static void ThrowIfFailed(ToolExit exit, string target)
    {
        if (exit.Signal is null && exit.Code != 0 && PsqlFailure.Find(exit.ErrorText) is { } failure)
        {
            throw failure.ToException(target);
        }

        exit.EnsureSuccess(target);
    }
}
