using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>A history of drills written by nothing but what docs/format.md says.</summary>
internal sealed class DrillHistoryFile
{
    private string previous = new('0', 64);
    private int count;

    public DrillHistoryFile(string folder)
    {
        Directory.CreateDirectory(folder);
        FilePath = Path.Combine(folder, "drills.jsonl");
        HeadPath = Path.Combine(folder, "drills.head.json");
    }

    public string FilePath { get; }

    public string HeadPath { get; }

    /// <summary>Adds a drill.</summary>
    public DrillHistoryFile Add(string id, DateTimeOffset startedAt, string verdict, string database = "mina")
    {
        var time = startedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        count++;
        var body = $$"""
            {"formatVersion":1,"sequence":{{count}},"previous":"{{previous}}","recordedAt":"{{time}}","drill":{"id":"{{id}}","type":"Backup","verdict":"{{verdict}}","steps":[{"step":"Rows","outcome":"{{verdict}}","duration":1.5,"detail":"Rows were compared.","differences":[]}],"backup":"mina_db_backup_20261119_010000","database":"{{database}}","tables":[{"table":"public.users","expectedRows":1000,"actualRows":1000,"outcome":"Passed"}],"recoveryTime":{"measured":245.5,"target":300,"basis":"To proof."},"recoveryPoint":{"measured":64800,"basis":"Age."},"seed":7,"operator":"backup","environment":{"machine":"m","operatingSystem":"o","processors":2,"moduleVersion":"0.1.0","staging":"ephemeral cluster"},"startedAt":"{{time}}","duration":280,"logPath":"/logs/drill.log"}
            """;
        previous = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        File.AppendAllText(FilePath, $"{body},\"sha256\":\"{previous}\"}}\n");
        File.WriteAllText(HeadPath, $$"""{"sequence":{{count}},"sha256":"{{previous}}"}""");
        return this;
    }

    /// <summary>Changes the file as somebody with an editor would.</summary>
    public void Edit(string from, string to) => File.WriteAllText(FilePath, File.ReadAllText(FilePath).Replace(from, to, StringComparison.Ordinal));
}
