using Mina.Backup.Engine.Catalog;
using Mina.Backup.Engine.Dump;
using Mina.Backup.Model;

namespace Mina.Backup.Engine.Tests.Catalog;

/// <summary>Manifests and indexes as a run would write them.</summary>
internal static class CatalogSamples
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static string Hash(char digit = 'a') => new(digit, 64);

    public static BackupManifest Manifest(string name, bool encrypted = false, DateTimeOffset? createdAt = null) => new()
    {
        Name = name,
        WrittenBy = "0.1.0",
        CreatedAt = createdAt ?? BackupNames.TimeOf(name) ?? Noon,
        Duration = TimeSpan.FromSeconds(12.345),
        Database = "mina",
        Server = "localhost:5432",
        ServerVersion = "15.20",
        DumpVersion = "15.20",
        Encryption = encrypted ? BackupEncryption.Passphrase : BackupEncryption.None,
        CompressionLevel = 6,
        PlainSize = 1000,
        Tables = 2,
        Rows = 3,
        Data = new ManifestFile(BackupNames.DataFile(name, BackupCompression.Gzip, encrypted), 7, Hash()),
        Index = new ManifestFile(BackupNames.IndexFile(name, BackupCompression.Gzip, encrypted), 20, Hash('b')),
        Globals = new ManifestFile(BackupNames.GlobalsFile(name, BackupCompression.Gzip, encrypted), 30, Hash('c')),
    };

    public static BackupIndex Index(string name) => new()
    {
        Header = new IndexHeader
        {
            Backup = name,
            CreatedAt = Noon,
            ServerVersionNumber = 150020,
            Database = new DatabaseProperties
            {
                Name = "mina \"live\"\nsecond line",
                Owner = "besitzer-ö",
                Encoding = "UTF8",
                Collate = "C.UTF-8",
                CharacterType = "C.UTF-8",
                LocaleProvider = "libc",
                Tablespace = "pg_default",
                Comment = "a comment\nwith -- dashes and \\! and \u2028",
                Acl = ["=Tc/owner", "reader=c/owner"],
                Settings = [new DatabaseSetting(null, "timezone", "Asia/Tehran"), new DatabaseSetting("app", "work_mem", "64MB")],
                SecurityLabels = new Dictionary<string, string> { ["selinux"] = "x" },
            },
            Roles = ["app", "owner"],
            Tablespaces = [],
            Extensions = new Dictionary<string, string> { ["pgcrypto"] = "1.3" },
            ExcludedData = ["public.audit"],
            SessionSettings = new Dictionary<string, string> { ["lc_monetary"] = "C" },
            ClientEncoding = "UTF8",
        },
        Tables =
        [
            new IndexTable
            {
                Name = "public.\"odd\nname\"",
                Columns = "id, \"spalte ö\"",
                Rows = 3,
                Bytes = 40,
                Fingerprint = TableFingerprint.Empty.Add("1\tx"u8).Add("2\ty"u8),
            },
            new IndexTable { Name = "public.none", Columns = "", Rows = 0, Bytes = 0, Fingerprint = TableFingerprint.Empty, Sources = [new IndexSource("public.\"a b\"", "WHERE NOT (x IN (1, 2)) AND y <> ')'"), new IndexSource("other", null)] },
        ],
        LargeObjects = [new IndexLargeObject(uint.MaxValue, 5_000_000_000, new TableFingerprint(UInt128.MaxValue))],
        Sequences = [new IndexSequence("public.s", long.MinValue, true)],
        Members =
        [
            Member(DumpSection.PreData, null, 0, 100, 0),
            Member(DumpSection.Data, 0, 100, 50, 2),
            Member(DumpSection.Data, 0, 150, 51, 1),
            Member(DumpSection.Data, 1, 201, 9, 0),
            Member(DumpSection.PostData, null, 210, 10, 0),
            Member(DumpSection.Proof, null, 220, 10, 0),
        ],
    };

    private static IndexMember Member(DumpSection section, int? table, long offset, int length, long rows) => new()
    {
        Section = section,
        Table = table,
        Run = table,
        Offset = offset,
        Length = length,
        PlainLength = length * 3,
        Rows = rows,
        Sha256 = Hash(),
    };
}
