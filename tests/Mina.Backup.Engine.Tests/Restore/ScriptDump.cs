using System.IO.Compression;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Runtime;

namespace Mina.Backup.Engine.Tests.Restore;

/// <summary>Writes backups as the former shell scripts did: <c>pg_dump | gzip</c>, and nothing beside.</summary>
internal static class ScriptDump
{
    public static async Task<string> WriteAsync(ConnectionTarget source, string folder, Func<string, string>? change = null, params string[] options)
    {
        var tool = await new ClientTools(HostEnvironment.Current()).FindAsync("pg_dump", 15, RestoreScene.Token);
        await using var dump = ToolProcess.Start(tool, options, source.ToEnvironment(), RestoreScene.Token);
        using var reader = new StreamReader(dump.StandardOutput);
        var text = await reader.ReadToEndAsync(RestoreScene.Token);
        (await dump.WaitAsync(RestoreScene.Token)).EnsureSuccess(source.Database);
        var path = Path.Combine(folder, "mina_db_backup_20260101_000000.sql.gz");
        await using var writer = new StreamWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest));
        await writer.WriteAsync(change is null ? text : change(text));
        return path;
    }
}
