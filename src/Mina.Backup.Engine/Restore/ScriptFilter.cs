using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>Decides which statements of a dump are left out.</summary>
/// <param name="DropOwner">Leave out what sets owners.</param>
/// <param name="DropPrivileges">Leave out GRANT, REVOKE and default privileges.</param>
/// <param name="OneTransaction">
/// Leave out the BEGIN and COMMIT that pg_dump puts around large objects, as the whole script runs within one transaction.
/// </param>
/// <param name="DropTransactionTimeout">
/// Leave out <c>SET transaction_timeout</c>, which pg_dump 17 and later write for every server and servers before 17 do not know.
/// </param>
/// <param name="DropRefresh">Leave out REFRESH MATERIALIZED VIEW, whose query may not work on tables without rows.</param>
/// <param name="ForeignDefaults">Default privileges of others that are left out; none when null.</param>
internal sealed record ScriptFilter(
    bool DropOwner = false,
    bool DropPrivileges = false,
    bool OneTransaction = false,
    bool DropTransactionTimeout = false,
    bool DropRefresh = false,
    ForeignDefaults? ForeignDefaults = null)
{
    /// <summary>Whether every statement is kept.</summary>
    public bool KeepsAll => !DropOwner && !DropPrivileges && !OneTransaction && !DropTransactionTimeout && !DropRefresh && ForeignDefaults is not { IsEmpty: false };

    /// <summary>Whether a statement is run.</summary>
    public bool Keeps(ReadOnlySpan<byte> text)
    {
        if (KeepsAll)
        {
            return true;
        }

        // Most statements are long and begin with another word; they need no closer look.
        if (SqlStatement.Parse(text, limit: 1).NameAt(0) is not ("alter" or "grant" or "revoke" or "set" or "begin" or "commit" or "end" or "abort" or "rollback" or "start" or "prepare" or "refresh"))
        {
            return true;
        }

        var statement = SqlStatement.Parse(text);
        return !((DropOwner && SetsOwner(statement))
            || (DropPrivileges && SetsPrivileges(statement))
            || ForeignDefaults?.Covers(statement) == true
            || (DropRefresh && statement.StartsWith("refresh"))
            || (DropTransactionTimeout && statement.StartsWith("set", "transaction_timeout"))
            || (OneTransaction && ControlsTransaction(statement)));
    }

    private static bool SetsOwner(SqlStatement statement)
    {
        var count = statement.Tokens.Count;
        return (statement.IsWord(0, "alter") && statement.IsWord(count - 3, "owner") && statement.IsWord(count - 2, "to"))
            || statement.StartsWith("set", "session", "authorization");
    }

    private static bool SetsPrivileges(SqlStatement statement) =>
        statement.IsWord(0, "grant") || statement.IsWord(0, "revoke") || statement.StartsWith("alter", "default", "privileges");

    private static bool ControlsTransaction(SqlStatement statement)
    {
        if (statement.Tokens.Count == 0)
        {
            return false;
        }

        if (statement.Tokens.Count == 1 && (statement.IsWord(0, "begin") || statement.IsWord(0, "commit")))
        {
            return true;
        }

        var first = statement.NameAt(0);
        if (first is "begin" or "commit" or "end" or "abort" or "rollback" or "start"
            || statement.StartsWith("prepare", "transaction"))
        {
            throw new RestoreException(
                ErrorCatalog.InPlaceNotPossible,
                $"The backup holds the statement {first!.ToUpperInvariant()}, which would end the one transaction of an in-place restore.");
        }

        return false;
    }
}
