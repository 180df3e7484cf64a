namespace Mina.Backup.Cmdlet.Tests.Hosting;

/// <summary>Scripts that make objects of the public records, as the engine would.</summary>
internal static class Samples
{
    public const string BackupInfo = """
        [Mina.Backup.Model.BackupInfo]@{
            Name = 'mina_db_backup_20261124_011500'; Location = '/backups'
            FileName = 'mina_db_backup_20261124_011500.sql.gz.gpg'; Path = '/backups/mina_db_backup_20261124_011500.sql.gz.gpg'
            Database = 'mina'; Server = 'db1:5432'; ServerVersion = '15.20'
            CreatedAt = [System.DateTimeOffset]::new(2026, 11, 24, 1, 15, 0, [System.TimeSpan]::Zero)
            Age = [System.TimeSpan]::FromHours(30.5); Duration = [System.TimeSpan]::FromSeconds(12.7)
            Size = 337641472; PlainSize = 845152256; Encryption = 'Passphrase'; Format = 'Mina'; State = 'Verified'
            Tables = 12; Rows = 1234567; HasGlobals = $true; Sha256 = 'ab12'
        }
        """;

    public const string BackupVerification = """
        [Mina.Backup.Model.BackupVerification]@{
            Name = 'mina_db_backup_20261124_011500'; Location = '/backups'; FileName = 'mina_db_backup_20261124_011500.sql.gz'; Path = '/backups/mina_db_backup_20261124_011500.sql.gz'
            Outcome = 'Failed'; CheckedAt = [System.DateTimeOffset]::UnixEpoch; Duration = [System.TimeSpan]::FromSeconds(3.25)
            BytesRead = 1536; Rows = 42
            Checks = [Mina.Backup.Model.VerificationCheck[]]@(
                [Mina.Backup.Model.VerificationCheck]@{ Check = 'Hash'; Outcome = 'Passed'; Detail = 'The hash agrees.' }
                [Mina.Backup.Model.VerificationCheck]@{ Check = 'Compression'; Outcome = 'Failed'; Detail = 'Member 3 is damaged.'; ErrorId = 'BackupCorrupt' })
        }
        """;

    public const string RestoreResult = """
        [Mina.Backup.Model.RestoreResult]@{
            Backup = 'mina_db_backup_20261124_011500'; Location = '/backups'; Database = 'mina'; Server = 'db1:5432'; Method = 'Swapped'
            SetAsideDatabase = 'mina_before_20261124'; Duration = [System.TimeSpan]::FromSeconds(75); LogPath = '/logs/run.log'
            Phases = [Mina.Backup.Model.PhaseTiming[]]@([Mina.Backup.Model.PhaseTiming]::new('Load', [System.TimeSpan]::FromSeconds(40.5)))
            Proof = [Mina.Backup.Model.RestoreProof]@{
                Kind = 'Fingerprints'; Outcome = 'Passed'; Rows = 1234567; Tables = [Mina.Backup.Model.TableComparison[]]@(
                    [Mina.Backup.Model.TableComparison]@{ Table = 'public.users'; ExpectedRows = 5; ActualRows = 5; Outcome = 'Passed' })
            }
        }
        """;

    public const string RemovedBackup = """
        [Mina.Backup.Model.RemovedBackup]@{
            Name = 'mina_db_backup_20261124_011500'; Location = '/backups'; Files = [string[]]@('a', 'b'); Size = 1048576
            RemovedAt = [System.DateTimeOffset]::UnixEpoch
        }
        """;

    public const string RepairResult = "[Mina.Backup.Model.RepairResult]@{ Backup = (" + BackupInfo + """
        ); Written = [string[]]@('one', 'two'); Tables = 3; Rows = 9; Notes = [string[]]@('The duration is unknown.') }
        """;

    public const string EphemeralClusterInfo = """
        [Mina.Backup.Model.EphemeralClusterInfo]@{
            ConnectionUri = 'postgresql://postgres@127.0.0.1:5544/postgres'; Host = '127.0.0.1'; Port = 5544
            DataDirectory = '/tmp/mina-cluster-x/data'; ServerVersion = '15.20'; ProcessId = 4711
        }
        """;

    public const string BackupResult = """
        [Mina.Backup.Model.BackupResult]@{
            Name = 'mina_db_backup_20261124_011500'; Location = '/backups'; FileName = 'mina_db_backup_20261124_011500.sql.gz'; Path = '/backups/mina_db_backup_20261124_011500.sql.gz'; Database = 'mina'
            CreatedAt = [System.DateTimeOffset]::UnixEpoch; Size = 2048; Encryption = 'Recipient'; Format = 'Mina'; State = 'Verified'; Rows = 77
            LogPath = '/logs/run.log'; Duration = [System.TimeSpan]::FromSeconds(3661); GlobalsFileName = 'g'
            Phases = [Mina.Backup.Model.PhaseTiming[]]@([Mina.Backup.Model.PhaseTiming]::new('Dump', [System.TimeSpan]::FromSeconds(1.5)))
        }
        """;
}
