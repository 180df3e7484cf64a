using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Restore;

/// <summary>Refuses a restore that cannot end well, before anything is changed.</summary>
internal static class Preconditions
{
    /// <summary>Checks the server, the rights and what is attached to the live database.</summary>
    public static void CheckTarget(RestoreRequest request, string target, TargetState state, int? backupMajor)
    {
        CheckVersion(request, state, backupMajor);
        CheckAttachments(request, target, state);
        CheckRights(request, target, state);
    }

    /// <summary>Checks that every role and tablespace exists; one error names all that are missing.</summary>
    public static void CheckGlobals(RestoreRequest request, TargetState state, IndexHeader header)
    {
        var roles = header.Roles.Append(header.Database.Owner).Where(role => !state.Roles.Contains(role)).Distinct().Order(StringComparer.Ordinal).ToList();
        if (roles.Count > 0 && !(request.NoOwner && request.NoPrivileges))
        {
            throw new RestoreException(
                ErrorCatalog.RolesMissing,
                $"{(roles.Count == 1 ? "This role does" : "These roles do")} not exist on the target server: {string.Join(", ", roles)}.",
                new ErrorContext { Target = roles[0] });
        }

        var tablespaces = header.Tablespaces.Where(name => !state.Tablespaces.Contains(name)).Order(StringComparer.Ordinal).ToList();
        if (tablespaces.Count > 0)
        {
            throw new RestoreException(
                ErrorCatalog.TablespacesMissing,
                $"{(tablespaces.Count == 1 ? "This tablespace does" : "These tablespaces do")} not exist on the target server: {string.Join(", ", tablespaces)}.",
                new ErrorContext { Target = tablespaces[0] });
        }
    }

    private static void CheckVersion(RestoreRequest request, TargetState state, int? backupMajor)
    {
        if (backupMajor is { } major && major > state.Major && !request.Force)
        {
            throw new RestoreException(
                ErrorCatalog.TargetServerOlder,
                string.Create(CultureInfo.InvariantCulture, $"The backup is of PostgreSQL {major}, the target server is {state.Major}."));
        }
    }

    private static void CheckAttachments(RestoreRequest request, string target, TargetState state)
    {
        // PostgreSQL renames no database with prepared transactions, so -Force cannot help there. In place nothing is renamed.
        if (!(request.InPlace && request.Force))
        {
            Refuse(
                ErrorCatalog.TargetHasPreparedTransactions,
                "open prepared transactions",
                state.PreparedTransactions,
                target,
                request.InPlace ? "Commit or roll back the transactions named, or give -Force: the restore then goes on unless they hold locks in its way." : null);
        }

        if (request.Force)
        {
            return;
        }

        Refuse(ErrorCatalog.TargetHasLogicalSlots, "logical replication slots", state.LogicalSlots, target);
        Refuse(ErrorCatalog.TargetHasSubscriptions, "subscriptions", state.Subscriptions, target);
    }

    private static void Refuse(ErrorDefinition error, string what, IReadOnlyList<string> names, string target, string? action = null)
    {
        if (names.Count > 0)
        {
            throw new RestoreException(error, $"The database {target} has {what}: {string.Join(", ", names)}.", new ErrorContext { Target = names[0], Action = action });
        }
    }

    private static void CheckRights(RestoreRequest request, string target, TargetState state)
    {
        if (request.InPlace)
        {
            if (state.Live is null)
            {
                throw new RestoreException(
                    ErrorCatalog.InPlaceNotPossible,
                    $"The database {target} does not exist, so there is nothing to replace in place.",
                    new ErrorContext { Target = target, Action = "Restore without -InPlace, or create the database first." });
            }

            return;
        }

        if (!state.MayCreateDatabases || (state.Live is not null && !state.OwnsLive))
        {
            throw new RestoreException(
                ErrorCatalog.TargetNotCreatable,
                $"The role {state.Role} may not {(state.MayCreateDatabases ? $"rename the database {target}" : "create databases")}.",
                new ErrorContext { Target = target });
        }
    }
}
