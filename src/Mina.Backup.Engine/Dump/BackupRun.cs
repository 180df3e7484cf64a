using Mina.Backup.Engine.Container;
using Mina.Backup.Engine.Postgres;
using Mina.Backup.Engine.Requests;
using Mina.Backup.Engine.Runtime;
using Mina.Backup.Engine.Storage;

namespace Mina.Backup.Engine.Dump;

/// <summary>What one backup run works with, all of it settled before the first byte.</summary>
internal sealed record BackupRun(
    BackupRequest Request,
    RunContext Context,
    ConnectionTarget Target,
    ServerInfo Server,
    IBackupStore Store,
    MessageProtection Protection,
    KeyRing Keys)
{
    public string Activity => $"Backing up {Target.Database}";

    public ContainerWriterOptions ContainerOptions(string literalName) => new()
    {
        Compression = Request.Compression,
        CompressionLevel = Request.CompressionLevel,
        Protection = Protection,
        Keys = Keys,
        LiteralName = literalName,
    };
}
