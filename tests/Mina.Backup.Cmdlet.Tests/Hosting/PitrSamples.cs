namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>Scripts that make base backups and branches, as the engine would.</summary>
internal static class PitrSamples
{
    public const string BaseBackupInfo = """
        [Mina.Backup.Model.BaseBackupInfo]@{
            Name = 'mina_base_backup_20261124_011500'; Kind = 'Incremental'; Parent = 'mina_base_backup_20261123_011500'
            Chain = [string[]]@('mina_base_backup_20261123_011500', 'mina_base_backup_20261124_011500'); Location = '/archive/base'; ArchivePath = '/archive'; Path = '/archive/base/mina_base_backup_20261124_011500.tar.gz.gpg'
            CreatedAt = [System.DateTimeOffset]::UnixEpoch; EndedAt = [System.DateTimeOffset]::UnixEpoch; Age = [System.TimeSpan]::FromHours(30.5)
            StartLsn = '0/2000028'; StopLsn = '0/2000100'; Timeline = 3; StartSegment = '000000030000000000000002'; ServerVersion = '15.20'
            Size = 337641472; PlainSize = 845152256; Encryption = 'Passphrase'; State = 'Verified'
        }
        """;

    public const string BaseBackupVerification = """
        [Mina.Backup.Model.BaseBackupVerification]@{
            Name = 'mina_base_backup_20261124_011500'; Location = '/archive/base'; Outcome = 'Failed'; CheckedAt = [System.DateTimeOffset]::UnixEpoch
            Duration = [System.TimeSpan]::FromSeconds(3.25); BytesRead = 1536; Files = 970
            Checks = [Mina.Backup.Model.BaseBackupCheck[]]@(
                [Mina.Backup.Model.BaseBackupCheck]@{ Check = 'Hash'; Outcome = 'Passed'; Detail = 'The hash agrees.' }
                [Mina.Backup.Model.BaseBackupCheck]@{ Check = 'Wal'; Outcome = 'Failed'; Detail = 'A segment is missing.'; ErrorId = 'WalGap' })
        }
        """;

    public const string PitrBranch = """
        [Mina.Backup.Model.PitrBranch]@{
            Name = 'before'; Provider = 'Local'; State = 'Ready'; Port = 5544; Host = '127.0.0.1'; Database = 'mina'; ConnectionUri = 'postgresql://postgres:hidden@127.0.0.1:5544/mina'
            Target = [Mina.Backup.Model.PitrTarget]@{ Kind = 'Lsn'; Lsn = '0/3000060' }; DataSize = 1073741824; ReplayedBytes = 104857600; ReplayDuration = [System.TimeSpan]::FromSeconds(2)
            Reached = [Mina.Backup.Model.PitrPoint]@{ Lsn = '0/3000060'; Timeline = 1; Time = [System.DateTimeOffset]::UnixEpoch }
            CreatedAt = [System.DateTimeOffset]::UnixEpoch; ExpiresAt = [System.DateTimeOffset]::UnixEpoch
            Phases = [Mina.Backup.Model.PhaseTiming[]]@([Mina.Backup.Model.PhaseTiming]::new('Unpack', [System.TimeSpan]::FromSeconds(1.5)))
        }
        """;

    public const string RemovedPitrBranch = "[Mina.Backup.Model.RemovedPitrBranch]@{ Name = 'before'; Provider = 'Local'; FreedBytes = 1048576 }";

    public const string PitrCutoverStep = "[Mina.Backup.Model.PitrCutoverStep]@{ Order = 3; Title = 'Stop the source'; Where = 'source'; Command = 'pg_ctl stop'; Reason = 'Two servers.' }";
}
