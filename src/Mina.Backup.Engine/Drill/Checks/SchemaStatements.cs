using System.Text;
using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Restore;

namespace Mina.Backup.Engine.Drill.Checks;

/// <summary>The statements of one schema, in no order.</summary>
internal sealed class SchemaStatements
{
    private readonly Dictionary<UInt128, (int Count, string Text)> statements = [];
    private readonly ScriptScanner scanner;

    private SchemaStatements() => scanner = new ScriptScanner(Add);

    /// <summary>Their fingerprint, as an index records it.</summary>
    public TableFingerprint Fingerprint { get; private set; }

    /// <summary>Their texts; of a very long one the beginning.</summary>
    public IEnumerable<string> Texts => statements.Values.Select(statement => statement.Text);

    /// <summary>Number of statements.</summary>
    public int Count => statements.Values.Sum(statement => statement.Count);

    /// <summary>Those of a backup of ours.</summary>
    public static async Task<SchemaStatements> ReadAsync(VerifiedBackup backup, CancellationToken cancellationToken)
    {
        var schema = new SchemaStatements();
        await using var reader = await MemberReader.OpenAsync(backup.Store, backup.FileName, backup.Keys, cancellationToken);
        foreach (var member in backup.Index!.Members.Where(member => member.Run is null))
        {
            using var block = await reader.ReadAsync(member.Location, cancellationToken);
            schema.scanner.Append(block.Span);
        }

        return schema.Complete();
    }

    /// <summary>
    /// Those of a database, as pg_dump writes them. By sections: unlike --schema-only that takes owners and privileges of large objects in, as the backup did.
    /// </summary>
    public static async Task<SchemaStatements> DumpAsync(ClientTool pgDump, ConnectionTarget database, int serverMajor, string encoding, CancellationToken cancellationToken)
    {
        var schema = new SchemaStatements();
        string[] arguments = ["--section=pre-data", "--section=post-data", "--format=plain", "--no-password", "--encoding=" + encoding];
        await using var dump = ToolProcess.Start(pgDump, arguments, database.ToEnvironment(PinnedSettings.ToOptions(serverMajor)), cancellationToken);
        dump.StandardInput.Close();
        var buffer = new byte[1 << 16];
        int length;
        while ((length = await dump.StandardOutput.ReadAsync(buffer, cancellationToken)) > 0)
        {
            schema.scanner.Append(buffer.AsSpan(0, length));
        }

        (await dump.WaitAsync(cancellationToken)).EnsureSuccess(database.Database);
        return schema.Complete();
    }

    /// <summary>What this schema has and another has not, a sentence each.</summary>
    public IEnumerable<string> Without(SchemaStatements other, string where) => statements
        .Where(mine => !other.statements.TryGetValue(mine.Key, out var theirs) || theirs.Count < mine.Value.Count)
        .Select(mine => $"Only {where}: {Shorten(mine.Value.Text)}");

    private void Add(UInt128 hash, ReadOnlySpan<byte> text) => statements[hash] = statements.TryGetValue(hash, out var known)
        ? known with { Count = known.Count + 1 }
        : (1, Encoding.UTF8.GetString(text));

    private SchemaStatements Complete()
    {
        Fingerprint = scanner.Complete().Schema;
        return this;
    }

    private static string Shorten(string text)
    {
        var line = string.Join(' ', text.Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
        return line.Length > 200 ? line[..200] + "..." : line;
    }
}
