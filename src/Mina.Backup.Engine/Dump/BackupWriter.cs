using System.Globalization;
using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Dump;

/// <summary>Writes the files of one backup in order: data, companion, index, and, when the read-back agreed, the manifest.</summary>
internal sealed class BackupWriter
{
    private readonly BackupRun run;
    private readonly ClientTools tools;
    private readonly BackupVerifier verifier;
    private readonly PostgresConnector connector;
    private readonly List<PhaseTiming> phases = [];

    public BackupWriter(BackupRun run, ClientTools tools, BackupVerifier verifier, PostgresConnector connector)
    {
        this.run = run;
        this.tools = tools;
        this.verifier = verifier;
        this.connector = connector;
    }

    /// <summary>Writes everything and gives the result.</summary>
    public async Task<BackupResult> WriteAsync(BackupFileSet set, CancellationToken cancellationToken)
    {
        var started = run.Context.Clock.GetTimestamp();
        var pgDump = await tools.FindAsync("pg_dump", run.Server.Major, cancellationToken);
        var (index, totals, createdAt) = await TimeAsync("Dump", () => WriteDataAsync(set, pgDump, cancellationToken));
        var data = new ManifestFile(set.Data.Name, totals.StoredLength, totals.Sha256);
        var globals = run.Request.SkipGlobals ? null : await TimeAsync("Globals", () => WriteGlobalsAsync(set, cancellationToken));
        var indexFile = await TimeAsync("Index", () => WriteIndexAsync(set, index, cancellationToken));
        var manifest = new BackupManifest
        {
            Name = set.Name,
            WrittenBy = ProductVersion.Text,
            CreatedAt = createdAt,
            Duration = run.Context.Clock.GetElapsedTime(started),
            Database = run.Target.Database,
            Server = run.Target.Server,
            ServerVersion = run.Server.Version,
            DumpVersion = pgDump.Version.ToString(),
            Encryption = run.Protection.Encryption,
            RecipientKeyId = run.Protection.RecipientKeyId,
            Compression = run.Request.Compression,
            CompressionLevel = run.Request.CompressionLevel,
            PlainSize = totals.PlainLength,
            Tables = index.Tables.Count,
            Rows = index.Tables.Sum(table => table.Rows),
            Data = data,
            Index = indexFile,
            Globals = globals,
        };
        BackupVerification? verification = null;
        if (!run.Request.SkipVerification)
        {
            verification = await TimeAsync("Verify", () => verifier.ReadBackAsync(run.Store, manifest, index, run.Keys, run.Context, cancellationToken));
            ThrowIfFailed(verification);
            manifest = manifest with { Verification = new ManifestVerification(verification.CheckedAt, Passed: true, Problem: null) };
        }

        await set.CompleteAsync(ManifestSerializer.Write(manifest), cancellationToken);
        return ToResult(set, manifest, verification);
    }

    private async Task<(BackupIndex Index, ContainerTotals Totals, DateTimeOffset CreatedAt)> WriteDataAsync(BackupFileSet set, ClientTool pgDump, CancellationToken cancellationToken)
    {
        var connection = await connector.OpenPinnedAsync(cancellationToken);
        await using var session = await SnapshotSession.StartAsync(connection, cancellationToken);
        var createdAt = run.Context.Now;
        var catalog = new SourceCatalog(session.Connection);
        var header = await ReadHeaderAsync(set, catalog, createdAt, cancellationToken);
        var sources = await catalog.ReadSourcesAsync(cancellationToken);
        var tables = HasExclusions ? await catalog.ReadDataTablesAsync(cancellationToken) : [];
        if (!HasExclusions)
        {
            await new ReadabilityCheck(run.Server).RunAsync(session.Connection, cancellationToken);
        }

        var (pieces, readApart) = await PreparePiecesAsync(session, header.ClientEncoding, cancellationToken);
        await using var dumpedPieces = pieces;
        await using var container = new ContainerWriter(set.Data.Content, run.ContainerOptions(BackupNames.DataFile(set.Name, run.Request.Compression, encrypted: false)));
        var source = new DumpSource
        {
            Target = run.Target,
            PgDump = pgDump,
            Snapshot = session.Snapshot,
            ServerMajor = run.Server.Major,
            SpeaksEnglish = run.Server.IsSuperuser,
            Encoding = header.ClientEncoding,
            ExcludeTable = run.Request.ExcludeTable,
            ExcludeTableData = run.Request.ExcludeTableData,
            ReadApart = readApart,
        };
        var (summary, tags) = await new SectionDump(source, container, pieces, ReportProgress()).RunAsync(session.DisposeAsync, cancellationToken);
        var index = IndexBuilder.Build(header with { ExcludedData = NotDumped(tables, summary) }, summary, sources);
        await WriteProofAsync(index, container, tags, cancellationToken);
        var totals = await container.CompleteAsync(cancellationToken);
        await set.CommitDataAsync(cancellationToken);
        return (index with { Members = IndexBuilder.Members(index.Tables, tags, totals.Members) }, totals, createdAt);
    }

    /// <summary>Large tables and the sessions that read them; nothing where one session does as well.</summary>
    private async Task<(PieceDump Pieces, IReadOnlyList<string> Tables)> PreparePiecesAsync(SnapshotSession session, string encoding, CancellationToken cancellationToken)
    {
        // pg_dump alone knows what its patterns match.
        var jobs = HasExclusions ? 1 : run.Request.Jobs ?? DefaultJobs;
        var tables = jobs > 1 ? await new LargeTables(session.Connection, run.Server.VersionNumber).ReadAsync(cancellationToken) : [];
        if (tables.Count == 0)
        {
            return (PieceDump.None, []);
        }

        IReadOnlyList<string> names = [.. tables.Select(pieces => pieces[0].Table)];
        var sessions = await new SnapshotImport(connector, session.Snapshot).OpenAsync(jobs, names, cancellationToken);
        return sessions.Count == 0
            ? (PieceDump.None, [])
            : (PieceDump.Create(sessions, tables.SelectMany(pieces => pieces), encoding), [.. names.Select(DumpedName.Normalize)]);
    }

    // Each session keeps about one core busy here and one on the server, which is often the same machine; compression needs the others.
    private static int DefaultJobs => Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    private async Task<IndexHeader> ReadHeaderAsync(BackupFileSet set, SourceCatalog catalog, DateTimeOffset createdAt, CancellationToken cancellationToken) => new()
    {
        Backup = set.Name,
        CreatedAt = createdAt,
        Server = run.Target.Server,
        ServerVersionNumber = run.Server.VersionNumber,
        Database = await catalog.ReadDatabaseAsync(cancellationToken),
        Roles = await catalog.ReadRolesAsync(cancellationToken),
        Tablespaces = await catalog.ReadTablespacesAsync(cancellationToken),
        Extensions = await catalog.ReadExtensionsAsync(cancellationToken),
        SessionSettings = await catalog.ReadSessionSettingsAsync(cancellationToken),
        ClientEncoding = run.Server.Encoding,
    };

    private bool HasExclusions => run.Request.ExcludeTable.Count + run.Request.ExcludeTableData.Count > 0;

    private static IReadOnlyList<string> NotDumped(IReadOnlyList<string> tables, ScriptSummary summary)
    {
        var dumped = summary.Tables.Select(table => DumpedName.Normalize(table.Name)).ToHashSet(StringComparer.Ordinal);
        return [.. tables.Where(table => !dumped.Contains(DumpedName.Normalize(table)))];
    }

    private static async Task WriteProofAsync(BackupIndex index, ContainerWriter container, List<MemberTag> tags, CancellationToken cancellationToken)
    {
        using var cutter = new BlockCutter();
        cutter.BeginSection(DumpSection.Proof);
        foreach (var line in IndexSerializer.WriteProof(index))
        {
            cutter.OnSegment(line.Span, new SegmentTag(SegmentKind.Sql, 3, Run: null));
        }

        cutter.Flush();
        while (cutter.TryTake(out var block, out var tag))
        {
            tags.Add(tag);
            await container.WriteAsync(block, cancellationToken);
        }
    }

    private async Task<ManifestFile> WriteGlobalsAsync(BackupFileSet set, CancellationToken cancellationToken)
    {
        var pgDumpAll = await tools.FindAsync("pg_dumpall", run.Server.Major, cancellationToken);
        var withPasswords = run.Server.IsSuperuser && run.Protection.Encryption != BackupEncryption.None;
        var staged = await set.StageAsync(set.GlobalsFile, cancellationToken);
        await using var container = new ContainerWriter(staged.Content, run.ContainerOptions(BackupNames.GlobalsFile(set.Name, run.Request.Compression, encrypted: false)));
        await new GlobalsDump(run.Target, pgDumpAll, withPasswords).RunAsync(container, cancellationToken);
        var totals = await container.CompleteAsync(cancellationToken);
        await set.CommitAsync(staged, cancellationToken);
        return new ManifestFile(staged.Name, totals.StoredLength, totals.Sha256);
    }

    private async Task<ManifestFile> WriteIndexAsync(BackupFileSet set, BackupIndex index, CancellationToken cancellationToken)
    {
        var staged = await set.StageAsync(set.IndexFile, cancellationToken);
        var file = await IndexFile.WriteAsync(staged, index, run.ContainerOptions(BackupNames.IndexFile(set.Name, run.Request.Compression, encrypted: false)), cancellationToken);
        await set.CommitAsync(staged, cancellationToken);
        return file;
    }

    private static void ThrowIfFailed(BackupVerification verification)
    {
        if (verification.Outcome == CheckOutcome.Passed)
        {
            return;
        }

        var problem = verification.Checks.FirstOrDefault(check => check.Outcome == CheckOutcome.Failed)
            ?? verification.Checks.First(check => check.Outcome == CheckOutcome.NotChecked);
        throw new IntegrityException(
            ErrorCatalog.All.FirstOrDefault(definition => definition.Id == problem.ErrorId) ?? ErrorCatalog.BackupCorrupt,
            $"The backup {verification.Name} was written but did not read back as written ({problem.Check}): {problem.Detail} It was removed.",
            new ErrorContext { Target = verification.Name, Action = ActionFor(problem) });
    }

    // What the script holds came from the database, not from a bad disk.
    private static string ActionFor(VerificationCheck problem) => problem.ErrorId == ErrorCatalog.HostileScript.Id
        ? "Change the object whose definition the message quotes: not every psql would read it back as it is."
        : "Check the disk and memory of this machine, then run the backup again.";

    private Action<long> ReportProgress()
    {
        var started = run.Context.Clock.GetTimestamp();
        var total = run.Server.DatabaseSize;
        return done =>
        {
            var seconds = run.Context.Clock.GetElapsedTime(started).TotalSeconds;
            var rate = seconds > 0.2 ? done / seconds : (double?)null;
            run.Context.Observer.Progress(new RunProgress
            {
                Activity = run.Activity,
                Stage = "Dumping",
                Done = done,
                Total = total > 0 ? total : null,
                Rate = rate,
                Remaining = rate > 0 && total > done ? TimeSpan.FromSeconds((total - done) / rate.Value) : null,
            });
        };
    }

    private async Task<T> TimeAsync<T>(string phase, Func<Task<T>> work)
    {
        run.Context.Debug($"{phase} starts.");
        var started = run.Context.Clock.GetTimestamp();
        var result = await work();
        var timing = new PhaseTiming(phase, run.Context.Clock.GetElapsedTime(started));
        phases.Add(timing);
        run.Context.Verbose(string.Create(CultureInfo.InvariantCulture, $"{phase} took {timing.Duration.TotalSeconds:F2} s."));
        return result;
    }

    private BackupResult ToResult(BackupFileSet set, BackupManifest manifest, BackupVerification? verification) => new()
    {
        Name = set.Name,
        Location = run.Store.Location,
        FileName = manifest.Data.Name,
        Path = run.Store.GetAddress(manifest.Data.Name),
        Database = manifest.Database,
        Server = manifest.Server,
        ServerVersion = manifest.ServerVersion,
        CreatedAt = manifest.CreatedAt,
        Age = run.Context.Now - manifest.CreatedAt,
        Duration = manifest.Duration,
        Size = manifest.Data.Size,
        PlainSize = manifest.PlainSize,
        Encryption = manifest.Encryption,
        Compression = manifest.Compression,
        Format = BackupFormat.Mina,
        State = verification is null ? BackupState.NotVerified : BackupState.Verified,
        VerifiedAt = verification?.CheckedAt,
        Tables = manifest.Tables,
        Rows = manifest.Rows,
        HasGlobals = manifest.Globals is not null,
        Sha256 = manifest.Data.Sha256,
        LogPath = run.Context.Log.Path,
        Phases = phases,
        GlobalsFileName = manifest.Globals?.Name,
        Verification = verification,
    };
}
