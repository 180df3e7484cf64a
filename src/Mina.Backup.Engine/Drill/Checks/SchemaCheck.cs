using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Drill.Staging;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Drill.Checks;

/// <summary>
/// Compares the schema of a restored copy with the one that the backup recorded. PostgreSQL prints some expressions otherwise once they were loaded again
/// (<c>varchar IN (...)</c> is one), so a copy that differs is compared a second time: with an empty database that is made of the backup's own statements, whose
/// fingerprint is the recorded one, and printed by the same pg_dump.
/// </summary>
internal sealed class SchemaCheck
{
    private readonly ClientTool pgDump;
    private readonly VerifiedBackup backup;
    private readonly StagedCopy copy;
    private readonly int serverMajor;

    public SchemaCheck(ClientTool pgDump, VerifiedBackup backup, StagedCopy copy, int serverMajor)
    {
        this.pgDump = pgDump;
        this.backup = backup;
        this.copy = copy;
        this.serverMajor = serverMajor;
    }

    private IndexHeader Header => backup.Index!.Header;

    /// <summary>Compares.</summary>
    /// <param name="recorded">The backup's own statements.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StepFinding> RunAsync(SchemaStatements recorded, CancellationToken cancellationToken)
    {
        var properties = await FindPropertyDifferencesAsync(cancellationToken);
        if (Header.Schema is not { } fingerprint)
        {
            return properties.Count > 0
                ? StepFinding.Failed("The database is of another kind.", ErrorCatalog.ContentDiffers, properties)
                : StepFinding.Skipped("The backup was made before a schema's fingerprint was recorded.");
        }

        var found = await DumpAsync(copy.Target, cancellationToken);
        if (found.Fingerprint == fingerprint && properties.Count == 0)
        {
            return StepFinding.Passed(Text($"All {found.Count} statements of the schema are those of the source."));
        }

        if (recorded.Fingerprint != fingerprint)
        {
            return StepFinding.Failed(
                "The statements in the backup are not those that were recorded when it was made.", ErrorCatalog.ContentDiffers, [.. properties, .. recorded.Without(found, "in the backup"), .. found.Without(recorded, "in the copy")]);
        }

        var differences = await copy.WithReferenceAsync(
            async reference =>
            {
                var expected = await DumpAsync(reference, cancellationToken);
                return (IReadOnlyList<string>)[.. properties, .. expected.Without(found, "in the backup"), .. found.Without(expected, "in the copy")];
            },
            cancellationToken);
        return differences.Count == 0
            ? StepFinding.Passed(Text($"All {found.Count} statements of the schema are those of the source; PostgreSQL prints some of them otherwise after a restore."))
            : StepFinding.Failed("The schema of the copy is not that of the source.", ErrorCatalog.CopyDiffers, differences);
    }

    private Task<SchemaStatements> DumpAsync(ConnectionTarget database, CancellationToken cancellationToken) =>
        SchemaStatements.DumpAsync(pgDump, database, serverMajor, Header.ClientEncoding, cancellationToken);

    // What pg_dump does not print of a database, and what its rows depend on.
    private async Task<IReadOnlyList<string>> FindPropertyDifferencesAsync(CancellationToken cancellationToken)
    {
        await using var session = await new PostgresConnector(copy.Target).OpenPinnedAsync(cancellationToken);
        var actual = await DatabasePropertiesReader.ReadAsync(session, copy.Target.Database, cancellationToken) ?? throw new InvalidOperationException("A session's own database is always there.");
        var expected = Header.Database;
        return
        [
            .. new (string What, string? Expected, string? Actual)[]
                {
                    ("encoding", expected.Encoding, actual.Encoding),
                    ("LC_COLLATE", expected.Collate, actual.Collate),
                    ("LC_CTYPE", expected.CharacterType, actual.CharacterType),
                    ("locale provider", expected.LocaleProvider, actual.LocaleProvider),
                    ("locale", expected.Locale, actual.Locale),
                }
                .Where(property => property.Expected != property.Actual)
                .Select(property => $"The {property.What} of the database is {property.Actual ?? "none"}, {property.Expected ?? "none"} in the source."),
        ];
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
