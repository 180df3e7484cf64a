using System.Runtime.CompilerServices;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;
using Mina.Backup.Model;
using Npgsql;

namespace Mina.Backup.Engine.Pitr.Rows;

/// <summary>Writes tables of a branch into CSV files with a header, as <c>\copy ... CSV HEADER</c> does. A file appears only when it is complete, mode 0600.</summary>
/// <param name="context">The run.</param>
internal sealed class ExportOperation(RunContext context)
{
    private const string Suffix = ".csv";

    /// <summary>Writes the tables asked for, one after the other.</summary>
    public async IAsyncEnumerable<PitrExport> RunAsync(PitrExportRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var target = ConnectionTarget.Parse(request.BranchUri, context.Environment);
        await using var branch = await RowSide.OpenAsync(request.BranchDatabase is { } database ? target.WithDatabase(database) : target, "the branch", cancellationToken);
        var tables = await CompareOperation.FindTablesAsync(branch, request.Tables, cancellationToken);
        // Only what would clash carries its schema.
        var taken = tables.GroupBy(table => table.Name.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var table in tables)
        {
            var name = taken.Contains(table.Name.Name) ? $"{table.Name.Schema}.{table.Name.Name}" : table.Name.Name;
            PitrExport export;
            try
            {
                export = await ExportAsync(branch, table, FileName(name), request, cancellationToken);
            }
            catch (NpgsqlException e)
            {
                throw PostgresErrors.Translate(e, $"exporting {table.Name}", table.Name.ToString());
            }

            yield return export;
        }
    }

    // A table may be called anything; a file may not.
    private static string FileName(string table) => string.Concat(table.Select(character => character is '/' or '\\' or ':' || char.IsControl(character) ? '_' : character)) + Suffix;

    private async Task<PitrExport> ExportAsync(RowSide branch, RowTable table, string fileName, PitrExportRequest request, CancellationToken cancellationToken)
    {
        var path = Path.Combine(request.Folder, fileName);
        await using var staged = StorageErrors.Translate(path, "created", () =>
        {
            Directory.CreateDirectory(request.Folder);
            return StagedFile.Create(request.Folder, fileName, request.Force);
        });
        var condition = request.Where is { } where ? $" WHERE ({where})" : "";
        var order = table.Key.Count == 0 ? "" : $" ORDER BY {string.Join(", ", table.Key.Select(SqlText.Identifier))}";
        var copy = $"COPY (SELECT * FROM {table.RowsSql} AS t{condition}{order}) TO STDOUT (FORMAT csv, HEADER true, ENCODING 'UTF8')";
        var rows = new CsvRowCounter();
        var size = 0L;
        // The reader's base stream gives the server's bytes as they are.
        using (var reader = (StreamReader)await branch.Connection.BeginTextExportAsync(copy, cancellationToken))
        {
            var source = reader.BaseStream;
            var buffer = new byte[1 << 16];
            int count;
            while ((count = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                rows.Append(buffer.AsSpan(0, count));
                size += count;
                await staged.Content.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                context.Observer.Progress(new RunProgress { Activity = "Exporting from the branch", Stage = table.Name.ToString(), Done = size });
            }
        }

        await staged.CommitAsync(cancellationToken);
        return new PitrExport { Table = table.Name.ToString(), Branch = request.BranchName, Path = path, Rows = rows.Lines - 1, Size = size };
    }
}
